import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { expired, held, standIn } from '../../test/support/stand-in.ts';
import { JiraClient } from './client.ts';
import type { JiraOptions } from './options.ts';
import { Wire } from './wire.ts';

const ISSUE = { id: '1', key: 'A-1', fields: { summary: 's' } };
const OPTIONS: JiraOptions = { flavor: 'cloud', site: 'https://example.com', fields: {}, projects: ['A'] };

describe('the library', () => {
  it('goes out by our way alone: our credentials, no words on the console', async () => {
    await using server = await standIn({
      'GET /rest/api/3/issue/A-1': { body: { key: 'A-1', fields: { labels: 5 } } },
    });
    const warned = vi.spyOn(console, 'warn');
    const client = new JiraClient(server.http({ authorization: 'Basic ours' }), OPTIONS);
    await expect(client.getIssue('A-1')).rejects.toMatchObject({ code: 'schema_drift' });
    expect(server.seen[0]?.headers.authorization).toBe('Basic ours');
    expect(server.requests()).toHaveLength(1);
    expect(warned).not.toHaveBeenCalled();
  });

  it('reads again what came cut short, three times at most', async () => {
    await using server = await standIn({
      'GET /rest/api/3/issue/A-1': [{ body: '{"key": "A' }, { body: ISSUE }],
      'GET /rest/api/3/issue/A-2': { body: '<html>' },
    });
    const client = new JiraClient(server.http(), OPTIONS);
    expect((await client.getIssue('A-1')).summary).toBe('s');
    await expect(client.getIssue('A-2')).rejects.toMatchObject({ code: 'upstream' });
    expect(server.requests()).toHaveLength(5);
  });

  it('writes once, with a permit that holds, and its refusals stay ours', async () => {
    await using server = await standIn({
      'POST /rest/api/3/issue': { status: 503 },
      'PUT /rest/api/3/issue/A-1': { status: 403, body: { errorMessages: ['no'] } },
    });
    const client = new JiraClient(server.http(), OPTIONS);
    await expect(client.createIssue({ summary: 's', description: 'wiki' }, 'A', held)).rejects.toMatchObject({
      code: 'upstream',
      reached: 'maybe',
    });
    await expect(client.addLabels('A-1', ['x'], held)).rejects.toMatchObject({
      code: 'forbidden',
      reached: 'no',
    });
    await expect(client.addLabels('A-1', ['x'], expired)).rejects.toMatchObject({ code: 'stale' });
    expect(server.requests()).toEqual(['POST /rest/api/3/issue', 'PUT /rest/api/3/issue/A-1']);
  });

  it('never makes two requests of a call', async () => {
    await using server = await standIn({ 'POST /rest/api/3/issue/A-1/comment': { body: { id: '1' } } });
    const wire = new Wire(server.http(), 'cloud');
    // For a plain text the library asks for the comment afterwards.
    const twice = wire.send(
      held,
      (jira, client) => jira.addComment(client, { issueIdOrKey: 'A-1', body: 'x' as never }),
      z.unknown(),
    );
    await expect(twice).rejects.toThrow('second request: GET');
  });

  it('takes a key as one segment of an address', async () => {
    await using server = await standIn({ 'GET /rest/api/3/issue/A%2Fb%3Fx': { body: ISSUE } });
    const client = new JiraClient(server.http(), OPTIONS);
    await client.getIssue('A/b?x');
    for (const climbing of ['..', 'A/../x'])
      await expect(client.getIssue(climbing)).rejects.toMatchObject({ code: 'invalid_input' });
  });
});
