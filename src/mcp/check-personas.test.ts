import { describe, expect, it } from 'vitest';
import { assertPersonas } from './check-personas.ts';
import type { Persona } from './personas.ts';

const there = { tools: ['git_log', 'git_push', 'jira_get_issue'], skills: ['hotfix'], flows: ['hotfix'] };
const good: Persona = {
  persona: 'dev',
  title: 'Developer',
  tools: ['git_*'],
  core: ['git_log'],
  flows: ['hotfix'],
  advises: [],
  skills: ['hotfix'],
  role: 'You help.',
};

describe('a persona', () => {
  it('that names what there is, is taken', () => {
    expect(() => assertPersonas([good], there)).not.toThrow();
  });

  it.each([
    ['tools', { tools: ['git_*', 'jiro_get_issue'] }, 'jira_get_issue'],
    ['tools', { tools: ['git_*', 'docker_*'] }, 'fits nothing'],
    ['core', { core: ['jira_get_issue'] }, 'among its own tools'],
    ['flows', { flows: ['hot-fix'] }, 'hotfix'],
    ['advises', { advises: ['rollback'] }, 'fits nothing'],
    ['skills', { skills: ['hotfixes'] }, 'hotfix'],
  ])('W-S10: that names what there is not is refused at the start: %s %j', (key, change, said) => {
    let error: unknown;
    try {
      assertPersonas([{ ...good, ...change }], there);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'invalid_input' });
    const text =
      error instanceof Error && 'remedy' in error ? `${error.message} ${String(error.remedy)}` : '';
    expect(text).toContain(`Persona dev: ${key} names`);
    expect(text).toContain(said);
  });
});
