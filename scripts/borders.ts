import { posix } from 'node:path';

/** One import as it stands: the path from the root for the house's own files, else the package. */
export interface Import {
  from: string;
  /** `src/kit/url.ts`, `tools/errata/client.ts`, or a package such as `zod`. */
  to: string;
  line: number;
}

export interface Violation extends Import {
  rule: string;
}

const STATEMENT = /(?:^|[\n;])\s*(?:import|export)\b(?:[^'"`;]*?\bfrom)?\s*['"]([^'"]+)['"]/g;
const DYNAMIC = /\bimport\(\s*['"`]([^'"`]+)['"`]\s*\)/g;

/** Static, side-effect, re-exporting, type-only and dynamic imports. */
export function importsOf(path: string, text: string): Import[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ' '));
  const found: Import[] = [];
  for (const pattern of [STATEMENT, DYNAMIC]) {
    for (const match of code.matchAll(pattern)) {
      const name = match[1] ?? '';
      const line = code.slice(0, match.index + match[0].lastIndexOf(name)).split('\n').length;
      const to = name.startsWith('.')
        ? posix.normalize(posix.join(posix.dirname(path), name))
        : packageOf(name);
      found.push({ from: path, to, line });
    }
  }
  return found;
}

function packageOf(name: string): string {
  if (name.startsWith('node:')) return name;
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}

const FLOORS = ['kit', 'store', 'flow', 'mcp', 'board', 'cli'];
/** The command line starts the other faces; they know neither it nor each other. */
const MAY_READ: Record<string, readonly string[]> = {
  kit: ['kit'],
  store: ['kit', 'store'],
  flow: ['kit', 'store', 'flow'],
  mcp: ['kit', 'store', 'flow', 'mcp'],
  board: ['kit', 'store', 'flow', 'board'],
  cli: FLOORS,
};
const FACES: readonly string[] = ['mcp', 'board', 'cli'];
const SANDBOX_DOORS: readonly string[] = ['src/cli/commands-server.ts', 'src/cli/demo.ts'];

/** Packages that live on one floor, so that they can be replaced there. */
const HOMES: Record<string, readonly string[]> = {
  '@bufbuild/cel': ['src/flow/'],
  '@bufbuild/cel-spec': ['src/flow/'],
  '@modelcontextprotocol/node': ['src/mcp/'],
  '@modelcontextprotocol/server': ['src/mcp/'],
  '@modelcontextprotocol/client': [],
  '@modelcontextprotocol/sdk': [],
  commander: ['src/cli/'],
  kysely: ['src/store/'],
  'node:sqlite': ['src/store/'],
  pino: ['src/kit/'],
  vitest: [],
  'fast-check': [],
};

export interface House {
  /** Folder of a module below tools → the folders that its `uses` names. */
  uses: ReadonlyMap<string, readonly string[]>;
}

/** Tests and what only they import (`testing/`, a sandbox's bench) may reach anywhere. */
export function isTest(path: string): boolean {
  return /\.test\.ts$|\/testing\/|^test\//.test(path) || path === 'sandbox/bench.ts';
}

export function violations(imports: readonly Import[], house: House): Violation[] {
  return imports.flatMap((one) => {
    const rule = isTest(one.from) ? undefined : brokenRule(one, house);
    return rule === undefined ? [] : [{ ...one, rule }];
  });
}

function brokenRule({ from, to }: Import, house: House): string | undefined {
  if (!/^(src|tools|sandbox|test|scripts)\//.test(to)) {
    const homes = HOMES[to];
    return homes === undefined || homes.some((home) => from.startsWith(home))
      ? undefined
      : `${to} is at home in ${homes.join(', ') || 'tests'}`;
  }
  if (isTest(to) || to.startsWith('test/') || to.startsWith('scripts/'))
    return 'what runs does not import tests or scripts';
  if (to.startsWith('sandbox/') && !from.startsWith('sandbox/') && !SANDBOX_DOORS.includes(from)) {
    return `only ${SANDBOX_DOORS.join(', ')} and tests import the sandbox`;
  }
  if (from.startsWith('sandbox/'))
    return to.startsWith('sandbox/') ? undefined : 'the sandbox shares no code with what it tests';
  if (from.startsWith('tools/')) return ruleOfTools(from, to, house);
  return ruleOfFloors(from, to);
}

function ruleOfFloors(from: string, to: string): string | undefined {
  const floor = from.split('/')[1] ?? '';
  // Directly below src stand the composition root and the entry.
  if (from === 'src/main.ts')
    return to.startsWith('src/cli/') ? undefined : 'the entry starts the command line, nothing else';
  if (from === 'src/app.ts')
    return to.startsWith('tools/') ? 'the composition root is given its modules' : undefined;
  if (to.startsWith('tools/'))
    return floor === 'cli' && to === 'tools/modules.ts'
      ? undefined
      : 'tools are reached through the registry';
  if (to.startsWith('sandbox/')) return undefined;
  if (to === 'src/app.ts') return FACES.includes(floor) ? undefined : 'only faces know the composition root';
  const target = to.split('/')[1] ?? '';
  return MAY_READ[floor]?.includes(target) === true ? undefined : `${floor} may not know ${target}`;
}

function ruleOfTools(from: string, to: string, house: House): string | undefined {
  if (to.startsWith('src/')) return to.startsWith('src/kit/') ? undefined : 'tools stand on src/kit alone';
  const own = from.split('/')[1] ?? '';
  const [, other = '', ...rest] = to.split('/');
  if (own === other) return undefined;
  if (from === 'tools/modules.ts')
    return rest.join('/') === 'module.ts' ? undefined : 'the list of modules imports module.ts files';
  if (house.uses.get(own)?.includes(other) !== true) return `tools/${own} does not name ${other} in its uses`;
  return ['client.ts', 'module.ts'].includes(rest.join('/'))
    ? undefined
    : 'of another module only client.ts and module.ts may be used';
}
