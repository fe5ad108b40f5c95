import { expect, test } from 'vitest';
import { Registry } from '../../src/kit/registry.ts';
import { principal, services, standIn } from '../../test/support/stand-in.ts';
import { gitlab } from './module.ts';

const options = { principal, now: 0 };
const at = (base_url: string) =>
  new Registry([gitlab], { gitlab: { base_url, token: 'cmd:echo gitlab-secret' } }, services);
const MR = '/api/v4/projects/a%2Fb/merge_requests/609';

test('get a merge request: asked here, whatever host its address names', async () => {
  await using server = await standIn({
    [`GET ${MR}`]: {
      body: {
        iid: 609,
        title: 'Shipment for 4.20.99\u202e',
        state: 'opened',
        labels: [],
        source_branch: 'prepare',
        target_branch: 'main',
        source_project_id: 1,
        web_url: 'https://gitlab.example.com/a/b/-/merge_requests/609',
        merged_at: null,
      },
    },
    [`GET ${MR}/approvals`]: { body: { approved_by: [] } },
  });
  const input = { url: 'https://elsewhere.example.com/a/b/-/merge_requests/609' };
  expect(await at(server.url).read('gitlab_get_merge_request', input, options)).toMatchInlineSnapshot(`
    {
      "approved_by": [],
      "author": null,
      "bot_labels": [],
      "draft": false,
      "head_commit": null,
      "iid": 609,
      "labels": [],
      "merged_at": null,
      "merged_by": null,
      "must_approve": {
        "approvals_left": null,
        "note": null,
        "rules_left": [],
        "suggested": [],
      },
      "pipeline": null,
      "project": "a/b",
      "source_branch": "prepare",
      "source_project_id": 1,
      "state": "opened",
      "status": "awaiting_review",
      "summary": "!609 in a/b is opened (awaiting_review), approved by nobody.",
      "target_branch": "main",
      "title": "Shipment for 4.20.99",
      "url": "https://gitlab.example.com/a/b/-/merge_requests/609",
    }
  `);
  expect(server.seen[0]?.headers['private-token']).toBe('gitlab-secret');
});

test.each(['https://x/a/../b/-/merge_requests/1', 'https://x/a/b/-/merge_requests/../1', 'a/b!1'])(
  'url %j never becomes a request',
  async (url) => {
    await using server = await standIn({});
    const call = at(server.url).read('gitlab_get_merge_request', { url }, options);
    await expect(call).rejects.toMatchObject({ code: 'invalid_input' });
  },
);

test('the probe names the account', async () => {
  await using server = await standIn({
    'GET /api/v4/user': { body: { id: 1, username: 'qe-bot', name: 'QE' } },
  });
  expect(await at(server.url).probe(gitlab)).toEqual({
    ok: true,
    detail: "the token is qe-bot's; writes nowhere (modules.gitlab.writable_projects)",
  });
});
