import { describe, expect, it } from 'vitest';
import { labelOf } from './natural-key.ts';
import { jiraWorld } from './testing/world.ts';

const NEW = { project: 'DEMO', type: 'story', title: 'Release 4.20', key: 'release-1/ticket' };
const LABEL = labelOf(NEW.key);

describe('create', () => {
  it.each(['cloud', 'datacenter'] as const)('an issue, once for a key (%s)', async (flavor) => {
    const world = await jiraWorld({ flavor });
    const input = {
      ...NEW,
      description: '# Why\n\n- **because**',
      labels: ['mine'],
      assignee: 'Devin Maker',
      fix_versions: ['1.1'],
      fields: { points: 5, acceptance_criteria: 'it *works*', Severity: 'High' },
    };
    const first = await world.write('jira_create_issue', input);
    expect(first).toMatchObject({ key: 'DEMO-4', outcome: 'sent', label: LABEL, summary: 'Created DEMO-4.' });
    expect(first.url).toMatch(/\/jira\/browse\/DEMO-4$/);
    expect(await world.write('jira_create_issue', input)).toMatchObject({
      key: 'DEMO-4',
      outcome: 'adopted',
    });
    const [created, ...more] = await world.written();
    expect(more).toEqual([]);
    expect(created).toMatchObject({
      kind: 'issue_created',
      data: {
        type: 'Story',
        labels: ['mine', LABEL],
        customfield_10028: 5,
        customfield_10040: { value: 'High' },
        fixVersions: [{ name: '1.1' }],
        assignee: flavor === 'cloud' ? { accountId: 'acc-dev' } : { name: 'acc-dev' },
        description: flavor === 'cloud' ? { type: 'doc' } : 'h1. Why\n\n* *because*',
      },
    });
    expect(await world.read('jira_get_issue', { key: 'DEMO-4' })).toMatchObject({
      assignee: { id: 'acc-dev', name: 'Devin Maker' },
    });
  });

  it('finds the issue whose answer was lost', async () => {
    const world = await jiraWorld();
    await world.fault({ fault: 'reset_after', method: 'POST' });
    expect(await world.write('jira_create_issue', NEW)).toMatchObject({ key: 'DEMO-4', outcome: 'sent' });
    expect(await world.written()).toHaveLength(1);
  });

  it('says that it does not know while the search does not see it yet, and finds it later', async () => {
    const world = await jiraWorld({ patch: { jira: { search_lag: '20s' } } });
    await world.fault({ fault: 'reset_after', method: 'POST' });
    await expect(world.write('jira_create_issue', NEW)).rejects.toMatchObject({ code: 'blocked' });
    await world.clock('30s');
    expect(await world.write('jira_create_issue', NEW)).toMatchObject({ key: 'DEMO-4', outcome: 'adopted' });
    expect(await world.written()).toHaveLength(1);
  });

  it('W-R22 without the right nothing is created, and no comment goes to an empty key', async () => {
    const world = await jiraWorld();
    await expect(world.write('jira_create_issue', { ...NEW, project: 'LOCKED' })).rejects.toMatchObject({
      code: 'forbidden',
      message: 'jira: the account may create no issues in LOCKED.',
    });
    await expect(world.write('jira_add_comment', { issue: '', body: 'x' })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    expect((await world.requests()).filter(({ mutating }) => mutating)).toEqual([]);
  });

  it('refuses what the project does not have before anything is sent', async () => {
    const world = await jiraWorld();
    const create = (more: object) => world.write('jira_create_issue', { ...NEW, ...more });
    await expect(create({ type: 'bogus' })).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(create({ fields: { 'Storey Points': 1 } })).rejects.toMatchObject({
      remedy: expect.stringContaining('Did you mean Story Points?'),
    });
    await expect(create({ fields: { Twice: 'x' } })).rejects.toMatchObject({ code: 'precondition' });
    await expect(create({ assignee: 'Sam Twin' })).rejects.toMatchObject({ code: 'precondition' });
    expect(await world.written()).toEqual([]);
  });

  it('a sub-task, found under its parent before any search sees it', async () => {
    const world = await jiraWorld({ patch: { jira: { search_lag: '1h' } } });
    const input = { parent: 'DEMO-1', title: 'Check it', key: 'release-1/check' };
    expect(await world.write('jira_create_subtask', input)).toMatchObject({
      key: 'DEMO-4',
      parent: 'DEMO-1',
    });
    expect(await world.write('jira_create_subtask', input)).toMatchObject({
      key: 'DEMO-4',
      outcome: 'adopted',
    });
    expect(await world.written()).toHaveLength(1);
    expect(await world.read('jira_list_subtasks', { key: 'DEMO-1' })).toMatchObject({ open: 1 });
  });
});

describe('comment', () => {
  it.each(['cloud', 'datacenter'] as const)(
    'once for a key, also when its answer was lost (%s)',
    async (flavor) => {
      const world = await jiraWorld({ flavor });
      const input = { issue: 'DEMO-1', body: 'Shipped **1.1**, [~acc-dev].', key: 'release-1/shipped' };
      await world.fault({ fault: 'reset_after', method: 'POST' });
      const first = await world.write('jira_add_comment', input);
      expect(first).toMatchObject({ outcome: 'sent', comment_id: '500000' });
      expect(await world.write('jira_add_comment', { ...input, body: 'other words' })).toMatchObject({
        outcome: 'adopted',
      });
      const [written, ...more] = await world.written();
      expect(more).toEqual([]);
      expect(JSON.stringify(written?.data)).not.toContain('"mention"');
      if (flavor === 'datacenter') expect(written?.data.body).toBe('Shipped *1.1*, \\[\\~acc-dev\\].');
    },
  );

  it('without a key the same words are the same comment', async () => {
    const world = await jiraWorld();
    await world.write('jira_add_comment', { issue: 'DEMO-1', body: 'Hello  there' });
    await world.write('jira_add_comment', { issue: 'DEMO-1', body: 'Hello there' });
    await world.write('jira_add_comment', { issue: 'DEMO-1', body: 'Hello again' });
    expect(await world.written()).toHaveLength(2);
  });

  it('calls those alone who are asked for', async () => {
    const world = await jiraWorld();
    await world.write('jira_add_comment', { issue: 'DEMO-1', body: 'Look', mention: ['devin@example.com'] });
    const [written] = await world.written();
    expect(written?.data.body).toMatchObject({
      content: [
        { content: [{ type: 'mention', attrs: { id: 'acc-dev' } }, { text: ' ' }] },
        { content: [{ text: 'Look' }] },
      ],
    });
  });
});

describe('link', () => {
  it('reads from one issue to the other, whichever phrase is given', async () => {
    const world = await jiraWorld();
    const blocked = { from: 'DEMO-2', to: 'DEMO-1', type: 'is-blocked-by' };
    expect(await world.write('jira_link_issues', blocked)).toMatchObject({
      outcome: 'adopted',
      type: 'Blocks',
    });
    expect(
      await world.write('jira_link_issues', { from: 'DEMO-3', to: 'DEMO-2', type: 'blocks' }),
    ).toMatchObject({
      outcome: 'sent',
    });
    expect((await world.written()).map(({ kind, key, data }) => [kind, key, data])).toEqual([
      ['link_created', 'DEMO-3', { type: 'Blocks', to: 'DEMO-2' }],
    ]);
    expect(await world.read('jira_list_links', { key: 'DEMO-3' })).toMatchObject({
      issues: [{ phrase: 'blocks', key: 'DEMO-2' }],
    });
  });

  it('of a kind that reads the same from both ends is one link', async () => {
    const world = await jiraWorld();
    await world.fault({ fault: 'reset_after', method: 'POST' });
    await world.write('jira_link_issues', { from: 'DEMO-1', to: 'DEMO-3' });
    expect(await world.write('jira_link_issues', { from: 'DEMO-3', to: 'DEMO-1' })).toMatchObject({
      outcome: 'adopted',
    });
    expect(await world.written()).toHaveLength(1);
  });

  it('of a kind that is not there names those that are', async () => {
    const world = await jiraWorld();
    await expect(
      world.write('jira_link_issues', { from: 'DEMO-1', to: 'DEMO-2', type: 'likes' }),
    ).rejects.toMatchObject({
      code: 'invalid_input',
      remedy: expect.stringContaining('blocks / is blocked by'),
    });
  });
});

describe('transition', () => {
  it('by the name of the status, and by that of the transition', async () => {
    const world = await jiraWorld();
    expect(await world.write('jira_transition_issue', { key: 'DEMO-2', to: 'in progress' })).toMatchObject({
      status: 'In Progress',
      outcome: 'sent',
    });
    expect(await world.write('jira_transition_issue', { key: 'DEMO-2', to: 'In Progress' })).toMatchObject({
      outcome: 'adopted',
    });
    const fields = { resolution: 'Fixed' };
    expect(
      await world.write('jira_transition_issue', { key: 'DEMO-2', to: 'Resolve', fields }),
    ).toMatchObject({
      status: 'Done',
    });
    expect((await world.written()).map(({ data }) => data)).toEqual([
      { to: 'In Progress' },
      { to: 'Done', fields: { resolution: { name: 'Fixed' } } },
    ]);
  });

  it('that is not offered says what is', async () => {
    const world = await jiraWorld();
    await expect(world.write('jira_transition_issue', { key: 'DEMO-2', to: 'Done' })).rejects.toMatchObject({
      code: 'precondition',
      message: 'jira: DEMO-2 is New and cannot become Done now; offered are In Progress (by Start Progress).',
    });
  });

  it('that asks for fields names them', async () => {
    const world = await jiraWorld();
    await expect(world.write('jira_transition_issue', { key: 'DEMO-1', to: 'Done' })).rejects.toMatchObject({
      code: 'precondition',
      message: 'jira: to become Done, DEMO-1 needs Resolution (resolution).',
    });
    expect(await world.written()).toEqual([]);
  });

  it('whose answer was lost is found by the status', async () => {
    const world = await jiraWorld();
    await world.fault({ fault: 'reset_after', method: 'POST' });
    await world.write('jira_transition_issue', { key: 'DEMO-2', to: 'In Progress' });
    expect(await world.written()).toHaveLength(1);
  });
});

describe('versions', () => {
  it.each(['cloud', 'datacenter'] as const)(
    'are made, put on issues and released, each once (%s)',
    async (flavor) => {
      const world = await jiraWorld({ flavor });
      const version = { project: 'DEMO', name: '1.2' };
      for (const outcome of ['sent', 'adopted']) {
        expect(
          await world.write('jira_create_version', { ...version, release_date: '2026-07-01' }),
        ).toMatchObject({
          outcome,
          version: { name: '1.2', released: false, release_date: '2026-07-01' },
        });
      }
      for (const outcome of ['sent', 'adopted']) {
        expect(await world.write('jira_set_fix_version', { key: 'DEMO-1', version: '1.2' })).toMatchObject({
          outcome,
          fix_versions: ['1.0', '1.2'],
        });
      }
      for (const outcome of ['sent', 'adopted']) {
        expect(await world.write('jira_release_version', version)).toMatchObject({
          outcome,
          version: { released: true },
        });
      }
      expect((await world.written()).map(({ kind }) => kind)).toEqual([
        'version_created',
        'fix_versions_added',
        'version_released',
      ]);
    },
  );

  it('that are not there are never made by the way', async () => {
    const world = await jiraWorld();
    await expect(
      world.write('jira_set_fix_version', { key: 'DEMO-1', version: '1.9' }),
    ).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(world.write('jira_release_version', { project: 'DEMO', name: '1.9' })).rejects.toMatchObject(
      {
        code: 'not_found',
      },
    );
    expect(await world.written()).toEqual([]);
  });
});

describe('update', () => {
  it.each(['cloud', 'datacenter'] as const)(
    'sets fields by one request, and none twice (%s)',
    async (flavor) => {
      const world = await jiraWorld({ flavor });
      const input = { key: 'DEMO-1', title: 'New title', description: 'New *words*', fields: { points: 8 } };
      expect(await world.write('jira_update_issue', input)).toMatchObject({
        outcome: 'sent',
        changed: ['customfield_10028', 'summary', 'description'],
      });
      expect(await world.write('jira_update_issue', input)).toMatchObject({
        outcome: 'adopted',
        changed: [],
      });
      expect(await world.written()).toHaveLength(1);
      await expect(world.write('jira_update_issue', { key: 'DEMO-1' })).rejects.toMatchObject({
        code: 'invalid_input',
      });
    },
  );

  it.each(['cloud', 'datacenter'] as const)(
    'assigns, labels and adds watchers, each once (%s)',
    async (flavor) => {
      const world = await jiraWorld({ flavor });
      const twice = async (tool: string, input: object) => [
        (await world.write(tool, input)).outcome,
        (await world.write(tool, input)).outcome,
      ];
      expect(await twice('jira_assign_issue', { key: 'DEMO-1', to: 'me' })).toEqual(['sent', 'adopted']);
      expect(await twice('jira_assign_issue', { key: 'DEMO-1', to: null })).toEqual(['sent', 'adopted']);
      expect(await twice('jira_add_labels', { key: 'DEMO-1', labels: ['b', 'old'] })).toEqual([
        'sent',
        'adopted',
      ]);
      expect(await twice('jira_add_watcher', { key: 'DEMO-1', who: 'acc-dev' })).toEqual(['sent', 'adopted']);
      expect((await world.written()).map(({ kind, data }) => [kind, data])).toEqual([
        ['assigned', { to: 'acc-sluice' }],
        ['assigned', { to: null }],
        ['labels_added', { added: ['b', 'old'] }],
        ['watcher_added', { id: 'acc-dev' }],
      ]);
    },
  );

  it('of somebody who is not exactly one changes nothing and names the candidates', async () => {
    const world = await jiraWorld();
    await expect(world.write('jira_assign_issue', { key: 'DEMO-1', to: 'Devin' })).rejects.toMatchObject({
      code: 'precondition',
      message: expect.stringContaining('Devin Maker (acc-dev), Devin Makerson (acc-dev2)'),
    });
    await expect(
      world.write('jira_assign_issue', { key: 'DEMO-1', to: 'Gone Person' }),
    ).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await world.written()).toEqual([]);
  });
});

it.each([
  ['name', ['OTHER']],
  ['name, where they name none', undefined],
])('no write goes to a project that the settings do not %s', async (_how, projects) => {
  const world = await jiraWorld({ settings: { projects } });
  const key = 'DEMO-1';
  const writes: [string, object][] = [
    ['jira_create_issue', NEW],
    ['jira_create_subtask', { parent: key, title: 'x' }],
    ['jira_update_issue', { key, title: 'x' }],
    ['jira_assign_issue', { key, to: 'me' }],
    ['jira_add_labels', { key, labels: ['x'] }],
    ['jira_add_watcher', { key, who: 'me' }],
    ['jira_transition_issue', { key, to: 'Done' }],
    ['jira_add_comment', { issue: key, body: 'x' }],
    ['jira_link_issues', { from: key, to: 'DEMO-2' }],
    ['jira_create_version', { project: 'DEMO', name: 'x' }],
    ['jira_release_version', { project: 'DEMO', name: '1.1' }],
    ['jira_set_fix_version', { key, version: '1.1' }],
  ];
  for (const [tool, input] of writes) {
    await expect(world.effects(tool, input), tool).rejects.toMatchObject({ code: 'forbidden' });
  }
  expect(await world.requests()).toEqual([]);
});

it('a plan reads, and sends nothing', async () => {
  const world = await jiraWorld();
  const effects = [
    ...(await world.effects('jira_create_issue', NEW)),
    ...(await world.effects('jira_set_fix_version', { key: 'DEMO-1', version: 'not yet made' })),
    ...(await world.effects('jira_transition_issue', { key: 'DEMO-2', to: 'Done' })),
  ];
  expect(effects.map(({ key }) => key)).toEqual([
    `jira/DEMO/issue/${LABEL}`,
    'jira/DEMO-1/fix-version/not yet made',
    'jira/DEMO-2/transition/Done',
  ]);
  expect((await world.requests()).filter(({ mutating }) => mutating)).toEqual([]);
});
