import { type Clock, isSteerable } from '../kit/clock.ts';
import { SluiceError } from '../kit/errors.ts';
import type { Principal } from '../kit/principal.ts';
import type { SlackRequest } from '../kit/slack-signature.ts';
import type { RunRow } from '../store/store.ts';
import { answerClick, type ClickAnswer } from './approval-ways/slack.ts';
import { answerSigned, type SignedAnswer } from './approve-signed.ts';
import { type BreakGlassRequest, breakGlass, closeReview } from './break-glass.ts';
import {
  answerConfirmation,
  assertMayAskAgain,
  type ConfirmRequest,
  mayConfirm,
  type OpenConfirmation,
  openConfirmation,
} from './confirm.ts';
import type { Decision } from './decide.ts';
import type { Flow, Step } from './definition.ts';
import { type DriveOptions, decideNow, drive } from './drive.ts';
import { type Explanation, explainRun } from './explain.ts';
import { loadExpressions } from './expression.ts';
import type { RunOpened } from './facts.ts';
import { existingRun, flowNamed, keyOfRun, loadRun, notOfKind, stepNamed, type Target } from './find-run.ts';
import { doesWith, upstream } from './graph.ts';
import { assertCallGuards } from './guards.ts';
import { holdsOf, holdsText, opensByItself } from './holds.ts';
import { checkInputs } from './inputs.ts';
import { imaginedRun, openingOf, openRun } from './open-run.ts';
import { type ChildOutcome, perform } from './perform.ts';
import { planHash, planRun } from './plan.ts';
import { demandReason } from './reason.ts';
import { type RunReport, reportOf } from './report.ts';
import { assertRole } from './roles.ts';
import { planRollback } from './rollback/plan.ts';
import { withBlockersBelow, withRollback } from './rollback/report.ts';
import {
  advanceRollback,
  beginRollback,
  type RollbackHost,
  type RollbackRequest,
  settleUndo,
} from './rollback/roll-back.ts';
import { RunJournal, Superseded } from './run-journal.ts';
import type { EngineServices } from './services.ts';
import { type Review, satisfies, stepState } from './state.ts';
import { type WaiveRequest, waive } from './waive.ts';

export interface EngineDriveOptions extends DriveOptions {
  /** Longest time to drive, milliseconds of this machine's time. */
  budgetMs?: number;
  /** In a sandbox: move the world's clock to the next look until the run needs a person or has ended. */
  untilIdle?: boolean;
  dryRun?: boolean;
  /** Who asks, where it is not simply the person of the settings: an agent's client says its name. */
  requester?: Principal;
}

/** Another driver is at work: it may be done long before its lease ends. */
const LEASE_LOOK_MS = 250;

/** In a sandbox, jumps of the clock in one drive: a guard against a flow that waits for ever. */
const MOST_JUMPS = 20_000;

/** The verbs of the engine. Every face speaks to it through these. */
export class Engine {
  readonly services: EngineServices;

  private constructor(services: EngineServices) {
    this.services = services;
  }

  static async create(services: Omit<EngineServices, 'expressions'>): Promise<Engine> {
    return new Engine({ ...services, expressions: await loadExpressions() });
  }

  flow(name: string): Flow {
    return flowNamed(name, this.services);
  }

  /** What a run would do, as far as it can be known now. Writes and sends nothing. */
  async plan(target: Target): Promise<RunReport> {
    const known = await existingRun(target, this.services);
    const state = known === undefined ? await imaginedRun(target, this.services) : known.state;
    const plan = await planRun(state, this.services, async (flow, inputs) => {
      const child = await existingRun({ flow, inputs }, this.services);
      return child?.state ?? (await imaginedRun({ flow, inputs }, this.services));
    });
    const decision: Decision = { actions: [], nextAt: null, leaseEndsAt: null };
    const report = reportOf(state, decision, await this.services.clock.now());
    const resolved = plan.effects.filter((effect) => effect.state === 'resolved');
    const there = resolved.filter((effect) => effect.state === 'resolved' && effect.present === true).length;
    const holds = await holdsOf(state, this.services);
    return {
      ...report,
      holds,
      plan_hash: planHash(plan),
      effects: plan.effects,
      rollback_plan: await planRollback(state, this.services, plan.effects),
      summary: `${report.summary} Plan: ${resolved.length - there} effects to send, ${there} there already, ${plan.effects.length - resolved.length} not known yet.${holdsText(holds)}`,
      next:
        known === undefined
          ? `Begin it: sluice drive ${state.opened.flow.flow} ${inputWords(state.opened)}`
          : report.next,
    };
  }

  async drive(target: Target, options: EngineDriveOptions = {}): Promise<RunReport> {
    if (options.dryRun === true) return await this.plan(target);
    await this.services.assertWritable();
    const journal =
      (await existingRun(target, this.services)) ??
      (await openRun(target, { parent: null, requester: options.requester }, this.services));
    await this.#driveJournal(journal, options);
    return await this.#report(journal);
  }

  async status(id: string): Promise<RunReport> {
    const journal = await loadRun(id, this.services);
    return await this.#report(journal, await this.#lenient(journal));
  }

  async explain(id: string, step?: string): Promise<Explanation> {
    const journal = await loadRun(id, this.services);
    const services = await this.#lenient(journal);
    const report = await this.#report(journal, services);
    const explained = explainRun(journal.state, report, stepNamed(journal, step), this.services);
    return { ...explained, holds: await holdsOf(journal.state, services) };
  }

  async list(): Promise<RunRow[]> {
    return await this.services.store.list();
  }

  /** Runs that are due for a look. */
  async due(): Promise<RunRow[]> {
    const now = await this.services.clock.now();
    // Also runs that have ended: a message about them may still have to leave.
    return (await this.list()).filter((row) => row.nextAt !== null && row.nextAt <= now);
  }

  /** A signed yes (or no) to the plan that is asked for now. */
  async approve(id: string, request: SignedAnswer): Promise<RunReport> {
    await this.services.assertWritable();
    const journal = await loadRun(id, this.services);
    await answerSigned(journal, request, this.services);
    return await this.#report(journal);
  }

  /** A button that somebody pressed in Slack. Throws `forbidden` unless Slack sent it. */
  async answerFromSlack(request: SlackRequest): Promise<ClickAnswer> {
    return await answerClick(request, this.services);
  }

  /** A person's answer to a question of the flow, or to a failed step: `retry`. */
  async decide(
    id: string,
    request: { step: string; option: string; reason: string; by: Principal },
  ): Promise<RunReport> {
    await this.services.assertWritable();
    const journal = await loadRun(id, this.services);
    const step = stepNamed(journal, request.step);
    if (step === undefined) throw notOfKind(journal, request.step, 'decide');
    const reason = demandReason(request.reason);
    const own = stepState(journal.state, step.id);
    const effect =
      step.kind === 'decide'
        ? step.decide?.options[request.option]?.effect
        : request.option === 'retry'
          ? 'retry'
          : undefined;
    const options = step.kind === 'decide' ? Object.keys(step.decide?.options ?? {}) : ['retry'];
    if (effect === undefined) {
      throw new SluiceError('invalid_input', {
        cause: `${step.id} has no option ${JSON.stringify(request.option)}.`,
        remedy: `Choose one of: ${options.join(', ')}.`,
      });
    }
    const open =
      step.kind === 'decide' ? own.status === 'open' && own.question !== null : own.status === 'failed';
    if (!open || journal.state.closed !== null) {
      throw new SluiceError('precondition', {
        cause: `${step.id} of ${journal.id} has nothing to decide now (it is ${own.status}).`,
        remedy: `See \`sluice status ${journal.id}\`.`,
      });
    }
    if (step.kind === 'confirm') assertMayAskAgain(step, journal.state, this.services.expressions);
    if (step.decide?.role !== undefined)
      assertRole(step.decide.role, request.by, true, this.services.approvals);
    await journal.append(
      {
        kind: 'decision.made',
        step: step.id,
        data: { option: request.option, effect, reason, by: request.by },
      },
      { guard: (state) => stepState(state, step.id).status === own.status && state.closed === null },
    );
    return await this.#report(journal);
  }

  /** The requester's answer to the question whether this is what was meant. */
  async confirm(id: string, request: ConfirmRequest): Promise<RunReport> {
    await this.services.assertWritable();
    const journal = await loadRun(id, this.services);
    const step = stepNamed(journal, request.step);
    if (step?.kind !== 'confirm') throw notOfKind(journal, request.step, 'confirm');
    await answerConfirmation(journal, step, request, this.services);
    return await this.#report(journal);
  }

  /** The first question to the requester that is open, of the run or of one that it drives as a step. */
  async confirmation(id: string, by?: Principal): Promise<OpenConfirmation | undefined> {
    const { state } = await loadRun(id, this.services);
    const back = state.rollback?.releaseId;
    if (back !== undefined && state.closed?.state !== 'rolled_back')
      return (await this.services.store.find(back)) === undefined
        ? undefined
        : await this.confirmation(back, by);
    for (const step of state.opened.flow.steps) {
      const open = openConfirmation(step, state);
      if (open !== undefined && (by === undefined || mayConfirm(by.id, state, this.services.approvals)))
        return open;
      const { status, ref } = stepState(state, step.id);
      if (step.kind !== 'flow' || status !== 'open' || ref === null) continue;
      const below = await this.confirmation(ref.id, by);
      if (below !== undefined) return below;
    }
    return undefined;
  }

  /** Files what an agent (or anybody) recommends. It is shown and recorded, and decides nothing. */
  async recommend(
    id: string,
    request: { step: string; option: string; reasons: string; by: Principal },
  ): Promise<RunReport> {
    await this.services.assertWritable();
    const journal = await loadRun(id, this.services);
    const step = stepNamed(journal, request.step);
    if (step?.kind !== 'decide') throw notOfKind(journal, request.step, 'decide');
    if (step.decide?.options[request.option] === undefined) {
      throw new SluiceError('invalid_input', {
        cause: `${step.id} has no option ${JSON.stringify(request.option)}.`,
        remedy: `Recommend one of: ${Object.keys(step.decide?.options ?? {}).join(', ')}.`,
      });
    }
    const { option, by } = request;
    const reasons = demandReason(request.reasons);
    await journal.append(
      { kind: 'decision.recommended', step: step.id, data: { option, reasons, by } },
      { guard: (state) => state.closed === null },
    );
    return await this.#report(journal);
  }

  /** Lets one release pass one gate, or one rule of the house, for a reason and a time. */
  async waive(id: string, request: WaiveRequest): Promise<RunReport> {
    await this.services.assertWritable();
    const journal = await loadRun(id, this.services);
    await waive(journal, request, this.services);
    return await this.#report(journal);
  }

  /** Goes round one rule in an emergency, signed; a review stays open. */
  async breakGlass(id: string, request: BreakGlassRequest): Promise<RunReport> {
    await this.services.assertWritable();
    const journal = await loadRun(id, this.services);
    await breakGlass(journal, request, this.services);
    await this.#tellReviews(journal);
    return await this.#report(journal);
  }

  /** Ends the review of what was gone round. */
  async review(id: string, request: { review: string; finding: string; by: Principal }): Promise<RunReport> {
    await this.services.assertWritable();
    const journal = await loadRun(id, this.services);
    await closeReview(journal, request, this.services);
    return await this.#report(journal);
  }

  /** Every review that is open, of every release. */
  async reviews(): Promise<{ release_id: string; review: Review }[]> {
    const open: { release_id: string; review: Review }[] = [];
    for (const { id } of await this.list()) {
      const journal = await RunJournal.load(id, this.services);
      for (const review of journal.state.reviews)
        if (review.closed === null) open.push({ release_id: id, review });
    }
    return open;
  }

  async cancel(id: string, request: { reason: string; by: Principal }): Promise<RunReport> {
    await this.services.assertWritable();
    const journal = await loadRun(id, this.services);
    if (journal.state.closed !== null) {
      throw new SluiceError('precondition', {
        cause: `${journal.id} has ended already: ${journal.state.closed.cause}.`,
        remedy: 'Nothing to cancel.',
      });
    }
    const reason = demandReason(request.reason);
    await journal.append(
      { kind: 'run.cancelled', data: { reason, by: request.by } },
      { guard: (state) => state.cancelled === null && state.closed === null },
    );
    await this.#driveJournal(journal, {});
    return await this.#report(journal);
  }

  /** For a tool called outside a run: the rules of the house for the places to which a flow leads with it. */
  async assertOpen(tool: string, environments: readonly string[]): Promise<void> {
    await assertCallGuards(tool, environments, this.services);
  }

  /** Takes back what a release has done, also one that is done or was cancelled. Twice is once. */
  async rollback(id: string, request: RollbackRequest, options: EngineDriveOptions = {}): Promise<RunReport> {
    await this.services.assertWritable();
    const journal = await loadRun(id, this.services);
    for (const step of request.steps ?? []) stepNamed(journal, step);
    await beginRollback(journal, request, this.#rollbackHost(options));
    await this.#driveJournal(journal, options);
    return await this.#report(journal);
  }

  /**
   * For a tool called outside a run: where a run of the same key is open, its step must be due by the
   * graph. A waiver of what holds it back lifts the refusal. False when there is no such run.
   */
  async assertInOrder(tool: string, input: unknown): Promise<boolean> {
    if (input === null || typeof input !== 'object') return false;
    let governed = false;
    const given = Object.fromEntries(Object.entries(input));
    for (const flow of this.services.flows.values()) {
      const steps = flow.steps.filter((step) => doesWith(step, tool));
      const named = Object.entries(flow.inputs).every(
        ([name, { required }]) => !required || given[name] !== undefined,
      );
      if (steps.length === 0 || !named) continue;
      const key = await keyOfRun(flow, given, this.services);
      const row = (await this.services.store.findByKey(flow.flow, key)).find(
        (candidate) => !candidate.closed,
      );
      if (row === undefined) continue;
      governed = true;
      const journal = await RunJournal.load(row.id, this.services);
      const now = await this.services.clock.now();
      for (const step of steps) {
        const open = [...upstream(flow, step.id)].filter(
          (id) => !satisfies(stepState(journal.state, id), now),
        );
        if (open.length === 0) continue;
        throw new SluiceError('precondition', {
          cause: `${tool} is step ${step.id} of ${row.id}, and its time has not come: ${open.slice(-3).join(', ')} ${open.length === 1 ? 'is' : 'are'} not done.`,
          remedy: `Drive it (sluice drive ${row.id}); a gate that fails can be waived by a person (sluice waive).`,
          rule: 'graph',
        });
      }
    }
    return governed;
  }

  /** At once: who has to know of an emergency does not wait for the next drive. */
  async #tellReviews(journal: RunJournal): Promise<void> {
    const { actions } = await decideNow(journal, this.services);
    const noChild = () => Promise.reject(new Error('telling drives no flow'));
    for (const action of actions)
      if (action.do === 'tell-review') await perform(action, journal, this.services, noChild, undefined);
  }

  async #driveJournal(journal: RunJournal, options: EngineDriveOptions): Promise<void> {
    this.#assertSameContracts(journal);
    const { clock } = this.services;
    const until = options.budgetMs === undefined ? undefined : clock.wall() + options.budgetMs;
    for (let jump = 0; jump < MOST_JUMPS; jump += 1) {
      const child = (step: Step, parent: RunJournal, inputs: Record<string, unknown>) =>
        this.#driveChild(step, parent, inputs, options);
      const decision = await drive(journal, this.services, child, {
        ...options,
        ...(until === undefined ? {} : { until }),
      });
      const { rollback, opened } = journal.state;
      if (rollback !== null || opened.undoes !== undefined) {
        const rest = until === undefined ? {} : { budgetMs: Math.max(0, until - clock.wall()) };
        const host = this.#rollbackHost({ ...options, ...rest });
        const again = await advanceRollback(journal, host);
        if (again !== null) decision.nextAt = Math.min(decision.nextAt ?? again, again);
        await settleUndo(journal, host);
      }
      await this.#noteRow(journal, decision);
      if (options.untilIdle !== true || !isSteerable(clock) || !this.services.sandbox) return;
      const spent = until !== undefined && clock.wall() >= until;
      if (spent || options.signal?.aborted === true) return;
      if (decision.nextAt !== null) await clock.jumpTo(decision.nextAt);
      else if (decision.leaseEndsAt !== null)
        await clock.sleep(Math.min(LEASE_LOOK_MS, Math.max(20, decision.leaseEndsAt - clock.wall())));
      else return;
      const report = await this.#report(journal);
      if (this.#needsPerson(report) && !opensByItself(report, journal.state)) return;
      options.onChange?.(journal);
    }
  }

  #needsPerson(report: RunReport): boolean {
    return ['needs_approval', 'needs_decision', 'failed', 'blocked'].includes(report.state);
  }

  #rollbackHost(options: EngineDriveOptions): RollbackHost {
    return {
      services: this.services,
      keyOf: async (flow, inputs) => await keyOfRun(flow, checkInputs(flow, inputs), this.services),
      opening: async (flow, inputs, parent, by) =>
        await openingOf({ flow, inputs }, parent, by, this.services),
      drive: async (journal) => await this.#driveJournal(journal, options),
      note: async (journal) => await this.#noteRow(journal, await decideNow(journal, this.services)),
    };
  }

  async #driveChild(
    step: Step,
    parent: RunJournal,
    inputs: Record<string, unknown>,
    options: EngineDriveOptions,
  ): Promise<ChildOutcome> {
    const journal = await this.#childOf(step, parent, inputs);
    await this.#driveJournal(journal, { ...options, untilIdle: false });
    const report = await this.#report(journal);
    const cause = report.blocked_by[0]?.cause ?? report.summary;
    return {
      release_id: journal.id,
      state: report.state,
      cause,
      nextAt: report.next_at === null ? null : Date.parse(report.next_at),
    };
  }

  /** The run that a step has begun stays its run, however that has ended. */
  async #childOf(step: Step, parent: RunJournal, inputs: Record<string, unknown>): Promise<RunJournal> {
    const { ref } = stepState(parent.state, step.id);
    if (ref?.system === 'sluice') return await RunJournal.load(ref.id, this.services);
    await parent.refresh();
    if (parent.state.rollback !== null) throw new Superseded('the release is being rolled back');
    const target = { flow: step.flow?.flow ?? '', inputs };
    const known = await existingRun(target, this.services);
    // What took another release back, by the same words, has not taken this one back.
    const other = parent.state.opened.undoes !== undefined && known?.state.opened.parent !== parent.id;
    if (known !== undefined && !(other && known.state.closed !== null)) return known;
    const { requester, undoes } = parent.state.opened;
    return await openRun(target, { parent: parent.id, requester, undoes }, this.services);
  }

  /** A run follows the contracts that it was begun with, for life. */
  #assertSameContracts(journal: RunJournal): void {
    // A way back is not refused because a tool has become another one.
    if (journal.state.closed !== null || journal.state.rollback !== null) return;
    for (const [tool, contract] of Object.entries(journal.state.opened.contracts)) {
      const known = this.services.registry.get(tool);
      if (known !== undefined && this.services.registry.contractOf(tool) === contract) continue;
      throw new SluiceError(known === undefined ? 'tool_missing' : 'precondition', {
        cause: `${journal.id} was begun with another ${tool} than this version has${known === undefined ? ' (it has none)' : ''}.`,
        remedy: `Drive it with Sluice ${journal.state.opened.engine}, or cancel it and begin it anew: what is done is found by its keys and not done again.`,
        rule: 'tool-contract',
      });
    }
  }

  async #report(journal: RunJournal, services = this.services): Promise<RunReport> {
    const decision = await decideNow(journal, services);
    const report = reportOf(journal.state, decision, await services.clock.now());
    return await this.#withRollback(report, journal, services);
  }

  async #withRollback(
    report: RunReport,
    { state }: RunJournal,
    services: EngineServices,
  ): Promise<RunReport> {
    const reportOn = async (id: string) =>
      (await services.store.find(id)) === undefined
        ? undefined
        : await this.#report(await RunJournal.load(id, services), services);
    if (state.rollback !== null) return withRollback(report, state, await reportOn(state.rollback.releaseId));
    if (state.opened.undoes === undefined) return report;
    const below = new Map<string, RunReport>();
    for (const step of state.opened.flow.steps) {
      const { ref, status } = stepState(state, step.id);
      const run =
        step.flow === undefined || status !== 'open' || ref === null ? undefined : await reportOn(ref.id);
      if (run !== undefined) below.set(step.id, run);
    }
    return withBlockersBelow(report, below);
  }

  /** A sandbox that has ended takes its clock along; its journals can be read all the same. */
  async #lenient(journal: RunJournal): Promise<EngineServices> {
    const { clock } = this.services;
    const now = await clock.now().catch(() => journal.state.updatedAt);
    const frozen: Clock = {
      now: async () => now,
      wall: () => clock.wall(),
      sleep: (ms, signal) => clock.sleep(ms, signal),
    };
    return { ...this.services, clock: frozen };
  }

  async #noteRow(journal: RunJournal, decision: Decision): Promise<void> {
    const own = reportOf(journal.state, decision, await this.services.clock.now());
    const report = await this.#withRollback(own, journal, this.services);
    const closed = journal.state.closed !== null;
    await this.services.store.note(journal.id, {
      state: report.state,
      nextAt: decision.nextAt,
      closed,
    });
  }
}

function inputWords(opened: RunOpened): string {
  return Object.entries(opened.inputs)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');
}
