import { describe, expect, it } from 'vitest';
import { differences } from './compare.ts';

const of = (system: string, kind: string, key: string) => ({ system, kind, key });
const QUIET = [
  of('git', 'ref_updated', 'bot/config refs/heads/release-a'),
  of('git', 'ref_updated', 'bot/config refs/heads/undo-a'),
  of('gitlab', 'merge_request_created', 'service/config!1'),
  of('jira', 'comment_added', 'DEMO-116'),
  of('github', 'file_put', 'o/r@main:state.yaml'),
];

describe('what a rehearsal compares', () => {
  it('is nothing where the same came as often, whatever numbers and branches it has', () => {
    const faulty = [
      of('git', 'ref_updated', 'bot/config refs/heads/release-a'),
      of('git', 'ref_updated', 'bot/config refs/heads/rollback-b'),
      of('gitlab', 'merge_request_created', 'service/config!7'),
      of('jira', 'comment_added', 'DEMO-117'),
      // How often it is written depends on when.
      of('github', 'file_put', 'o/r@main:state.yaml'),
      of('github', 'file_put', 'o/r@main:state.yaml'),
    ];
    expect(differences(QUIET, faulty)).toEqual({ more: [], fewer: [] });
  });

  it('finds a second merge request by its place', () => {
    const faulty = [...QUIET, of('gitlab', 'merge_request_created', 'service/config!2')];
    expect(differences(QUIET, faulty)).toEqual({
      more: ['gitlab merge_request_created service/config!n: 2 times instead of 1'],
      fewer: [],
    });
  });

  it('finds what nobody asked for, and what did not come', () => {
    const faulty = [...QUIET.slice(0, 3), of('slack', 'message_posted', 'general')];
    expect(differences(QUIET, faulty)).toEqual({
      more: ['slack message_posted general: 1 times instead of 0'],
      fewer: [
        'github file_put o/r@main:state.yaml: 0 times instead of 1',
        'jira comment_added DEMO-n: 0 times instead of 1',
      ],
    });
  });
});
