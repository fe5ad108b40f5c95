import type { z } from 'zod';
import type { Permit } from '../../src/kit/effect.ts';
import { NotYet, SluiceError } from '../../src/kit/errors.ts';
import type { Http } from '../../src/kit/http.ts';
import { path } from '../../src/kit/url.ts';
import { AdvisoryAnswer, AlertsAnswer, BuildsAnswer, ErratumAnswer, PushesAnswer } from './schema.ts';

export interface Advisory {
  id: number;
  /** Without its revision, e.g. `RHBA-2026:16165`. */
  name: string;
  type: 'RHBA' | 'RHSA' | 'RHEA';
  /** NEW_FILES, QE, REL_PREP, PUSH_READY, IN_PUSH, SHIPPED_LIVE or DROPPED_NO_SHIP. */
  status: string;
  /** An e-mail address. */
  qaOwner: string | null;
  jiraIssues: string[];
  /** Advisories that have to be pushed before this one. */
  blockingAdvisories: number[];
}

export interface PushJob {
  id: number;
  /** READY, QUEUED, RUNNING, WAITING_ON_PUB, COMPLETE or FAILED. */
  status: string;
  /** E.g. `cdn_stage`. */
  target: string;
}

export interface SecurityAlert {
  name: string;
  text: string;
  description: string;
  howToResolve: string;
  blocking: boolean;
}

export interface SecurityAlerts {
  blocking: boolean;
  alerts: SecurityAlert[];
}

/** For a POST that only asks: what it starts over there changes nothing that anybody could lose. */
const ASKING: Permit = { check: () => undefined, signal: new AbortController().signal };

/** Errata Tool, `/api/v1/erratum/…` and `/advisory/<id>.json`. */
export class ErrataClient {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** Throws `auth` when we are not let in. Which advisory is asked for does not matter, nor whether it exists. */
  async ping(): Promise<void> {
    await this.#http.get('/api/v1/erratum/1', { accept: [404] });
  }

  async getAdvisory(id: number): Promise<Advisory> {
    const [erratum, advisory] = await Promise.all([
      this.#http.getJson(path`/api/v1/erratum/${id}`, ErratumAnswer),
      this.#http.getJson(path`/advisory/${id}.json`, AdvisoryAnswer),
    ]);
    const { type, core } = typed(erratum.errata);
    return {
      id: core.id,
      name: core.fulladvisory.replace(/-\d+$/, ''),
      type,
      status: core.status,
      qaOwner: advisory.people.assigned_to || null,
      jiraIssues: (erratum.jira_issues?.jira_issues ?? []).map(({ jira_issue }) => jira_issue.key),
      blockingAdvisories: erratum.blocking_advisories ?? [],
    };
  }

  /** Names the owner alone: the texts of the erratum are not sent along, so nobody's edit is lost. */
  async setQaOwner(id: number, email: string, permit: Permit): Promise<void> {
    const form = { 'advisory[assigned_to_email]': email };
    await this.#http.send('PUT', path`/api/v1/erratum/${id}`, permit, { form });
  }

  /** `precondition` when the tool does not allow this change from where the advisory stands. */
  async changeState(id: number, state: string, permit: Permit): Promise<void> {
    await this.#http.send('POST', path`/api/v1/erratum/${id}/change_state`, permit, {
      form: { new_state: state },
    });
  }

  /** Every push job, oldest first. */
  async listPushes(id: number): Promise<PushJob[]> {
    return jobsOf(await this.#http.getJson(path`/api/v1/erratum/${id}/push`, PushesAnswer));
  }

  /** Pushes to the stage targets; answers the jobs that it started. */
  async push(id: number, permit: Permit): Promise<PushJob[]> {
    const target = path`/api/v1/erratum/${id}/push`;
    const answer = await this.#http.send('POST', target, permit, { query: { defaults: 'stage' } });
    return jobsOf(this.#http.parse('POST', target, answer, PushesAnswer));
  }

  /** `blocking` when the answer as a whole or any one alert says so: the two have been seen to differ. */
  async securityAlerts(id: number): Promise<SecurityAlerts> {
    return alertsOf(await this.#http.getJson(path`/api/v1/erratum/${id}/security_alerts`, AlertsAnswer));
  }

  /**
   * The alerts as product security has them now, not as they were last asked for. Its service is slow
   * and the tool answers 400 then: that is `NotYet`, never "no alerts".
   */
  async refreshSecurityAlerts(id: number): Promise<SecurityAlerts> {
    const target = path`/api/v1/erratum/${id}/security_alerts/refresh`;
    const answer = await this.#http.send('POST', target, ASKING, { accept: [400] });
    if (answer.status !== 400) return alertsOf(this.#http.parse('POST', target, answer, AlertsAnswer));
    throw new NotYet(`The security alerts of advisory ${id} cannot be refreshed: Errata Tool answered 400.`, {
      remedy: 'Nothing to do: the product security service was too slow; it is asked again.',
      lookAgainSeconds: 5 * 60,
    });
  }

  /** The builds of every product version, by name-version-release. */
  async listBuilds(id: number): Promise<string[]> {
    const products = await this.#http.getJson(path`/api/v1/erratum/${id}/builds`, BuildsAnswer);
    return Object.values(products).flatMap(({ builds }) => builds.flatMap((build) => Object.keys(build)));
  }
}

function alertsOf({ alerts }: z.output<typeof AlertsAnswer>): SecurityAlerts {
  const listed = alerts.alerts.map((alert) => ({
    name: alert.name,
    text: alert.text ?? '',
    description: alert.description ?? '',
    howToResolve: alert.how_to_resolve ?? '',
    blocking: alert.blocking,
  }));
  return { blocking: alerts.blocking === true || listed.some(({ blocking }) => blocking), alerts: listed };
}

function jobsOf(answer: z.output<typeof PushesAnswer>): PushJob[] {
  return answer
    .map(({ id, status, target }) => ({ id, status, target: target.name }))
    .sort((a, b) => a.id - b.id);
}

function typed({ rhba, rhsa, rhea }: z.output<typeof ErratumAnswer>['errata']) {
  if (rhsa !== undefined) return { type: 'RHSA' as const, core: rhsa };
  if (rhba !== undefined) return { type: 'RHBA' as const, core: rhba };
  if (rhea !== undefined) return { type: 'RHEA' as const, core: rhea };
  throw new SluiceError('schema_drift', {
    cause: 'errata: the erratum has none of the types RHBA, RHSA, RHEA.',
    remedy: 'Look at the advisory in Errata Tool and report it.',
  });
}
