import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { SluiceError } from '../kit/errors.ts';
import { readKeptYaml } from '../kit/kept-yaml.ts';
import { issuesText } from '../kit/zod-error.ts';
import type { Flow } from './definition.ts';
import { parseFlow } from './load.ts';

/** Frontmatter of a SKILL.md (Agent Skills: name, description, and the like). */
const Frontmatter = z.object({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  description: z.string().min(1).max(1024),
});

export interface Skill {
  name: string;
  description: string;
  folder: string;
  /** The text of SKILL.md without its frontmatter. */
  text: string;
  flow?: Flow;
}

export function loadSkills(folders: readonly string[]): Map<string, Skill> {
  const skills = new Map<string, Skill>();
  for (const folder of folders) {
    if (!existsSync(folder)) continue;
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const home = join(folder, entry.name);
      if (!entry.isDirectory() || !existsSync(join(home, 'SKILL.md'))) continue;
      const skill = loadSkill(home);
      skills.set(skill.name, skill);
    }
  }
  return skills;
}

export function loadSkill(folder: string): Skill {
  const file = join(folder, 'SKILL.md');
  const [, head, text] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(readFileSync(file, 'utf8')) ?? [];
  const { value, fault } = head === undefined ? {} : readKeptYaml(head);
  if (fault !== undefined) throw invalid(file, `its frontmatter is not YAML: ${fault}`);
  const parsed = Frontmatter.safeParse(value);
  if (!parsed.success || text === undefined) {
    throw invalid(file, parsed.success ? 'it has no text' : `its frontmatter: ${issuesText(parsed.error)}`);
  }
  if (parsed.data.name !== basename(folder))
    throw invalid(file, `its name is ${parsed.data.name}, its folder ${basename(folder)}`);
  const flowFile = join(folder, 'flow.yaml');
  const skill: Skill = { ...parsed.data, folder, text: text.trim() };
  return existsSync(flowFile)
    ? { ...skill, flow: parseFlow(readFileSync(flowFile, 'utf8'), flowFile) }
    : skill;
}

export function flowsOf(skills: ReadonlyMap<string, Skill>): Map<string, Flow> {
  const flows = new Map<string, Flow>();
  for (const { flow } of skills.values()) if (flow !== undefined) flows.set(flow.flow, flow);
  return flows;
}

function invalid(file: string, what: string): SluiceError {
  return new SluiceError('invalid_input', {
    cause: `${file}: ${what}.`,
    remedy: 'A skill is a folder with a SKILL.md that begins with --- name: …, description: … ---.',
  });
}
