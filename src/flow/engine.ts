import { type Clock, isSteerable } from '../kit/clock.ts';
import { SluiceError } from '../kit/errors.ts';
import type { Principal } from '../kit/principal.ts';
import type { SlackRequest } from '../kit/slack-signature.ts';
import { assertUsableKey } from '../kit/ssh-signature.ts';
import { nearest } from '../kit/suggest.ts';
import type { RunRow } from '../store/store.ts';
import { signStatement, verifyStatement } from './approval.ts';
import { answerClick, type ClickAnswer } from './approval-ways/slack.ts';
import { changes, staleError } from './approve.ts';
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
import { loadExpressions, resolveArguments } from './expression.ts';
import type { Fact, Recorded, RunOpened } from './facts.ts';
import { callsOf, doesWith, grantOf, stepOf, upstream } from './graph.ts';
import { assertCallGuards } from './guards.ts';
import { holdsOf, holdsText, opensByItself } from './holds.ts';
import { checkInputs } from './inputs.ts';
import { assertSound } from './lint.ts';
import { flowHash } from './load.ts';
import { type ChildOutcome, perform } from './perform.ts';
import { planForApproval, planHash, planRun } from './plan.ts';
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
import { fold, type Review, satisfies, stepState } from './state.ts';
import { type WaiveRequest, waive } from './waive.ts';

export type Target = { release_id: string } | { flow: string; inputs: Readonly<Record<string, unknown>> };

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
    const plain = name.replaceAll('_', '-');
    const flow = this.services.flows.get(plain);
    if (flow !== undefined) return flow;
    const names = [...this.services.flows.keys()];
    const hint = nearest(plain, names);
    throw new SluiceError('not_found', {
      cause: `There is no flow ${JSON.stringify(name)}.`,
      remedy: `${hint === undefined ? '' : `Did you mean ${hint}? `}Flows: ${names.join(', ')}.`,
    });
  }

  /** What a run would do, as far as it can be known now. Writes and sends nothing. */
  async plan(target: Target): Promise<RunReport> {
    const known = await this.#existing(target);
    const state = known === undefined ? await this.#imagined(target) : known.state;
    const plan = await planRun(state, this.services, async (flow, inputs) => {
      const child = await this.#existing({ flow, inputs });
      return child?.state ?? (await this.#imagined({ flow, inputs }));
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
    const journal = (await this.#existing(target)) ?? (await this.#open(target, null, options.requester));
    await this.#driveJournal(journal, options);
    return await this.#report(journal);
  }

  async status(id: string): Promise<RunReport> {
    const journal = await this.#load(id);
    return await this.#report(journal, await this.#lenient(journal));
  }

  async explain(id: string, step?: string): Promise<Explanation> {
    const journal = await this.#load(id);
    const services = await this.#lenient(journal);
    const report = await this.#report(journal, services);
    const explained = explainRun(journal.state, report, this.#step(journal, step), this.services);
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
  async approve(
    id: string,
    request: { step: string; plan: string; keyFile: string; verdict: 'approve' | 'decline'; reason?: string },
  ): Promise<RunReport> {
    await this.services.assertWritable();
    const journal = await this.#load(id);
    const step = this.#step(journal, request.step);
    if (step?.kind !== 'approve') throw this.#notThat(journal, request.step, 'approve');
    const own = stepState(journal.state, step.id);
    if (own.asked === null || own.status !== 'open') {
      throw new SluiceError('precondition', {
        cause: `${step.id} of ${journal.id} does not ask for an approval now (${own.status === 'open' ? 'its time has not come' : own.cause}).`,
        remedy: `See \`sluice status ${journal.id}\`.`,
      });
    }
    if (request.plan !== own.asked.planHash) {
      throw staleError(
        journal.id,
        step.id,
        own.asked.planHash,
        `you name ${request.plan.slice(0, 16)}…, asked for is ${own.asked.planHash.slice(0, 16)}…`,
      );
    }
    await assertUsableKey(request.keyFile);
    const current = await planForApproval(step, journal.state, this.services);
    const hash = planHash(current);
    if (hash !== own.asked.planHash) {
      const why = changes(own.asked, current);
      await journal.append({
        kind: 'approval.asked',
        step: step.id,
        data: { plan_hash: hash, plan: current },
      });
      throw staleError(journal.id, step.id, hash, `it has changed since (${why})`);
    }
    const now = await this.services.clock.now();
    const { verdict } = request;
    const fields = {
      verdict,
      release_id: journal.id,
      step: step.id,
      plan_hash: hash,
      sandbox: journal.state.opened.sandbox,
      reason: request.reason ?? null,
      now,
    };
    const signed = await signStatement(fields, request.keyFile);
    const by = await verifyStatement(signed, step, hash, journal.state, this.services.approvals, verdict);
    const fact: Fact =
      verdict === 'approve'
        ? { kind: 'approval.given', step: step.id, data: { ...signed, by, plan_hash: hash } }
        : {
            kind: 'approval.declined',
            step: step.id,
            data: { ...signed, by, plan_hash: hash, reason: request.reason ?? 'no reason given' },
          };
    await journal.append(fact, {
      guard: (state) =>
        stepState(state, step.id).asked?.planHash === hash && stepState(state, step.id).status === 'open',
    });
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
    const journal = await this.#load(id);
    const step = this.#step(journal, request.step);
    if (step === undefined) throw this.#notThat(journal, request.step, 'decide');
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
    const journal = await this.#load(id);
    const step = this.#step(journal, request.step);
    if (step?.kind !== 'confirm') throw this.#notThat(journal, request.step, 'confirm');
    await answerConfirmation(journal, step, request, this.services);
    return await this.#report(journal);
  }

  /** The first question to the requester that is open, of the run or of one that it drives as a step. */
  async confirmation(id: string, by?: Principal): Promise<OpenConfirmation | undefined> {
    const { state } = await this.#load(id);
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
    const journal = await this.#load(id);
    const step = this.#step(journal, request.step);
    if (step?.kind !== 'decide') throw this.#notThat(journal, request.step, 'decide');
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
    const journal = await this.#load(id);
    await waive(journal, request, this.services);
    return await this.#report(journal);
  }

  /** Goes round one rule in an emergency, signed; a review stays open. */
  async breakGlass(id: string, request: BreakGlassRequest): Promise<RunReport> {
    await this.services.assertWritable();
    const journal = await this.#load(id);
    await breakGlass(journal, request, this.services);
    await this.#tellReviews(journal);
    return await this.#report(journal);
  }

  /** Ends the review of what was gone round. */
  async review(id: string, request: { review: string; finding: string; by: Principal }): Promise<RunReport> {
    await this.services.assertWritable();
    const journal = await this.#load(id);
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
    const journal = await this.#load(id);
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
    const journal = await this.#load(id);
    for (const step of request.steps ?? []) this.#step(journal, step);
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
      const key = await this.#keyOf(flow, given);
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
      keyOf: async (flow, inputs) => await this.#keyOf(flow, checkInputs(flow, inputs)),
      opening: async (flow, inputs, parent, by) => await this.#opening({ flow, inputs }, parent, by),
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
    const known = await this.#existing(target);
    // What took another release back, by the same words, has not taken this one back.
    const other = parent.state.opened.undoes !== undefined && known?.state.opened.parent !== parent.id;
    if (known !== undefined && !(other && known.state.closed !== null)) return known;
    return await this.#open(target, parent.id, parent.state.opened.requester, parent.state.opened.undoes);
  }

  /** The run that a target means, if there is one: an open one, or one that is done. */
  async #existing(target: Target): Promise<RunJournal | undefined> {
    if ('release_id' in target) return await this.#load(target.release_id);
    const flow = this.flow(target.flow);
    const inputs = checkInputs(flow, target.inputs);
    const key = await this.#keyOf(flow, inputs);
    const rows = await this.services.store.findByKey(flow.flow, key);
    const row =
      rows.find((candidate) => !candidate.closed) ?? rows.find((candidate) => candidate.state === 'done');
    if (row === undefined) return undefined;
    const journal = await RunJournal.load(row.id, this.services);
    const known = journal.state.opened.inputs;
    if (row.closed && flow.repeats === true && Object.keys(known).some((name) => !(name in inputs)))
      return undefined;
    for (const [name, value] of Object.entries(inputs)) {
      const held = known[name];
      if (JSON.stringify(held) === JSON.stringify(value)) continue;
      if (row.closed && flow.repeats === true) return undefined;
      throw new SluiceError('conflict', {
        cause: `${row.id} was begun with ${name}=${JSON.stringify(held ?? null)}, not ${JSON.stringify(value)}.`,
        remedy: `Drive it as it is (sluice drive ${row.id}), or cancel it first.`,
      });
    }
    return journal;
  }

  async #open(
    target: Target,
    parent: string | null,
    requester = this.services.principal,
    undoes?: string,
  ): Promise<RunJournal> {
    if ('release_id' in target) throw new Error('an id names a run that is there');
    const opening = await this.#opening(target, parent, requester);
    const opened = undoes === undefined ? opening : { ...opening, undoes };
    const journal = await RunJournal.begin(opened, this.services);
    if (journal !== undefined) return journal;
    // Somebody else was faster: theirs is the run.
    const existing = await this.#existing(target);
    if (existing === undefined) throw new Error(`run ${opened.release_id} is neither there nor not there`);
    return existing;
  }

  async #opening(
    target: Exclude<Target, { release_id: string }>,
    parent: string | null,
    requester: Principal,
  ): Promise<RunOpened> {
    const { services } = this;
    const flow = this.flow(target.flow);
    assertSound(flow, services.registry, services.expressions, services.flows);
    this.#assertConfigured(flow);
    const inputs = checkInputs(flow, target.inputs);
    const key = await this.#keyOf(flow, inputs);
    const earlier = (await services.store.findByKey(flow.flow, key)).length;
    const name = `${flow.flow}-${key.replace(/[^A-Za-z0-9._-]+/g, '-')}`;
    return {
      flow,
      flow_hash: flowHash(flow),
      contracts: Object.fromEntries(grantOf(flow).map((tool) => [tool, services.registry.contractOf(tool)])),
      release_id: earlier === 0 ? name : `${name}.${earlier + 1}`,
      inputs,
      key,
      requester,
      policy: this.#policyOf(flow),
      sandbox: services.sandbox,
      engine: services.version,
      parent,
    };
  }

  /** A run is not begun on systems that nobody has set up; who is told of it may come later. */
  #assertConfigured(flow: Flow): void {
    const { registry } = this.services;
    const missing = new Set<string>();
    for (const call of flow.steps.flatMap(callsOf)) {
      const module = registry.moduleOf(call.tool) ?? '';
      if (call.where !== 'notify' && call.where !== 'mirror' && !registry.isConfigured(module))
        missing.add(module);
    }
    for (const { name } of registry.modules()) registry.checkSettings(name);
    if (missing.size === 0) return;
    const names = [...missing].map((name) => `modules.${name}`).join(', ');
    throw new SluiceError('tool_missing', {
      cause: `${flow.flow} needs modules that the settings do not have: ${names}.`,
      remedy:
        'Add them to sluice.yaml (each has a README), then run `sluice doctor`. To try it without: `npm run demo`.',
    });
  }

  async #imagined(target: Target) {
    if ('release_id' in target) throw new Error('an id names a run that is there');
    const opened = await this.#opening(target, null, this.services.principal);
    const first: Recorded = {
      kind: 'run.opened',
      data: opened,
      seq: 1,
      at: await this.services.clock.now(),
      wall: 0,
    };
    return fold([first]);
  }

  async #keyOf(flow: Flow, inputs: Record<string, unknown>): Promise<string> {
    const value = resolveArguments(this.services.expressions, flow.key, { inputs });
    if (typeof value === 'string' && value !== '') return value;
    throw new SluiceError('invalid_input', {
      cause: `The key of ${flow.flow} is ${JSON.stringify(value)}, not a text.`,
      remedy: 'Correct `key` in its flow.yaml.',
    });
  }

  #policyOf(flow: Flow): Record<string, unknown> {
    const policy: Record<string, unknown> = {};
    for (const [name, choice] of Object.entries(flow.policy)) {
      const value = this.services.policy[name] ?? choice.default;
      if (choice.one_of !== undefined && !choice.one_of.includes(value)) {
        throw new SluiceError('invalid_input', {
          cause: `policy.${name} is ${JSON.stringify(value)}.`,
          remedy: `Set it to one of ${choice.one_of.map((option) => JSON.stringify(option)).join(', ')} in the settings.`,
        });
      }
      policy[name] = value;
    }
    return policy;
  }

  async #load(id: string): Promise<RunJournal> {
    const { store } = this.services;
    const row = await store.find(id);
    if (row !== undefined) return await RunJournal.load(row.id, this.services);
    const byKey = await store.findByKey(undefined, id);
    const open = byKey.filter((candidate) => !candidate.closed);
    const candidates = open.length > 0 ? open : byKey;
    const [only] = candidates;
    if (only !== undefined && (candidates.length === 1 || open.length === 0))
      return await RunJournal.load(only.id, this.services);
    const rows = await store.list();
    const hint = nearest(
      id,
      rows.map((known) => known.id),
    );
    throw new SluiceError('not_found', {
      cause:
        candidates.length > 1
          ? `${JSON.stringify(id)} is the key of several runs: ${candidates.map((known) => known.id).join(', ')}.`
          : `There is no release ${JSON.stringify(id)} in ${store.location}.`,
      remedy: hint === undefined ? 'See `sluice list`.' : `Did you mean ${hint}? See \`sluice list\`.`,
    });
  }

  #step(journal: RunJournal, id: string | undefined): Step | undefined {
    if (id === undefined) return undefined;
    const { flow } = journal.state.opened;
    const step = stepOf(flow, id);
    if (step !== undefined) return step;
    const hint = nearest(
      id,
      flow.steps.map((known) => known.id),
    );
    throw new SluiceError('not_found', {
      cause: `${journal.id} has no step ${JSON.stringify(id)}.`,
      remedy: `${hint === undefined ? '' : `Did you mean ${hint}? `}Its steps: ${flow.steps.map((known) => known.id).join(', ')}.`,
    });
  }

  #notThat(journal: RunJournal, id: string, kind: string): SluiceError {
    const known = journal.state.opened.flow.steps.filter((step) => step.kind === kind).map((step) => step.id);
    return new SluiceError('invalid_input', {
      cause: `${JSON.stringify(id)} of ${journal.id} is not a step of kind ${kind}.`,
      remedy: `Of that kind are: ${known.join(', ') || 'none'}.`,
    });
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
