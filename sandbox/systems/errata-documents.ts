import { isoSeconds } from '../scenario/time.ts';
import type { World } from '../world.ts';
import type { Erratum } from './errata.ts';

/** GET /advisory/<id>.json: the older form, and the only one that names people. */
export function advisoryDocument({ id, advisory, state, owner }: Erratum, world: World) {
  return {
    id: Number(id),
    type: advisory.type,
    text_only: false,
    advisory_name: advisory.fulladvisory.replace(/-\d+$/, ''),
    synopsis: advisory.synopsis,
    revision: 1,
    status: state,
    security_impact: 'None',
    content_types: ['rpm'],
    timestamps: { status_time: isoSeconds(world.now), release_date: null, publish_date: null },
    product: { id: 79, name: 'Red Hat OpenShift Enterprise', short_name: 'RHOSE' },
    people: {
      assigned_to: owner,
      reporter: 'ocp-build-data@example.com',
      qe_group: 'OpenShift QE',
      package_owner: 'ocp-build-data@example.com',
    },
    content: { topic: advisory.synopsis, description: advisory.synopsis, solution: '', keywords: '' },
  };
}

/** GET /api/v1/erratum/<id>. */
export function erratumDocument({ id, advisory, state }: Erratum, _world: World) {
  const errata = {
    [advisory.type.toLowerCase()]: {
      id: Number(id),
      fulladvisory: advisory.fulladvisory,
      synopsis: advisory.synopsis,
      status: state,
      content_types: ['rpm'],
      doc_complete: 1,
      text_ready: 1,
      text_only: false,
      security_approved: advisory.type === 'RHSA' ? true : null,
      release_date: null,
      publish_date: null,
      publish_date_override: null,
    },
  };
  return {
    params: { format: 'json', action: 'show', controller: 'api/v1/erratum', id },
    errata,
    blocking_advisories: advisory.blocking_advisories,
    content: {
      content: {
        errata_id: Number(id),
        topic: advisory.synopsis,
        description: advisory.synopsis,
        solution: '',
        keywords: '',
        crossref: '',
        cve: '',
      },
    },
    bugs: { type: 'bugs', id_field: 'id', id_prefix: 'bz:', idsfixed: [], bugs: [], to_fetch: [] },
    jira_issues: {
      type: 'jira_issues',
      id_field: 'key',
      id_prefix: 'jira:',
      idsfixed: advisory.jira_issues,
      jira_issues: advisory.jira_issues.map((key) => ({
        jira_issue: { key, summary: '', status: 'Verified' },
      })),
      to_fetch: [],
    },
  };
}
