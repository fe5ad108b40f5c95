import { describe, expect, it } from 'vitest';
import { type House, importsOf, violations } from '../../scripts/borders.ts';
import { folderOf, readText, sourceFiles } from '../../scripts/modules.ts';
import { modules } from '../../tools/modules.ts';

const nameOf = (module: { name: string }) => folderOf(module).slice('tools/'.length);
const house: House = { uses: new Map(modules.map((module) => [nameOf(module), module.uses.map(nameOf)])) };

function rulesBrokenBy(path: string, text: string): string[] {
  return violations(importsOf(path, text), house).map(({ rule }) => rule);
}

describe('borders', () => {
  it('hold in every file of src, tools and sandbox', () => {
    const files = sourceFiles(['src', 'tools', 'sandbox']);
    expect(files.length).toBeGreaterThan(150);
    const found = files.flatMap((path) => violations(importsOf(path, readText(path)), house));
    expect(found.map(({ from, line, to, rule }) => `${from}:${line} → ${to}: ${rule}`)).toEqual([]);
  });

  it('name only files that are there', () => {
    const files = new Set(sourceFiles(['src', 'tools', 'sandbox', 'test', 'scripts']));
    const own = /^(src|tools|sandbox|test|scripts)\//;
    const imports = sourceFiles(['src', 'tools', 'sandbox']).flatMap((path) =>
      importsOf(path, readText(path)),
    );
    expect(imports.filter(({ to }) => own.test(to) && !files.has(to))).toEqual([]);
  });
});

describe('the checker', () => {
  it.each([
    ['kit knows nothing above', 'src/kit/url.ts', "import { x } from '../flow/engine.ts';"],
    ['store does not know the flow', 'src/store/sqlite.ts', "import type { Fact } from '../flow/facts.ts';"],
    ['the engine does not know a face', 'src/flow/engine.ts', "import { serve } from '../mcp/server.ts';"],
    [
      'the engine does not know the composition root',
      'src/flow/engine.ts',
      "import type { App } from '../app.ts';",
    ],
    [
      'the engine does not know a tool',
      'src/flow/engine.ts',
      "export { errata } from '../../tools/errata/module.ts';",
    ],
    ['agents do not reach the command line', 'src/mcp/server.ts', "await import('../cli/program.ts');"],
    ['a face does not know a client', 'src/cli/doctor.ts', "import '../../tools/errata/client.ts';"],
    [
      'a tool does not know the engine',
      'tools/errata/client.ts',
      "import {\n  decide,\n} from '../../src/flow/decide.ts';",
    ],
    [
      'a tool does not know a face',
      'tools/oar/connect.ts',
      "const { x } = await import('../../src/cli/program.ts');",
    ],
    [
      'a tool does not know a module that it does not use',
      'tools/errata/client.ts',
      "import { a } from '../gitlab/client.ts';",
    ],
    [
      'a tool does not know the inside of another',
      'tools/oar/push.ts',
      "import { a } from '../errata/schema.ts';",
    ],
    ['a tool does not know the sandbox', 'tools/oar/push.ts', "import { a } from '../../sandbox/world.ts';"],
    [
      'the server does not know the sandbox',
      'src/mcp/server.ts',
      "import { a } from '../../sandbox/main.ts';",
    ],
    ['the sandbox does not share code', 'sandbox/world.ts', "import { isoTime } from '../src/kit/clock.ts';"],
    ['nothing that runs knows a test', 'tools/oar/push.ts', "import { a } from './testing/sandbox.ts';"],
    ['expressions live in the flow', 'src/mcp/server.ts', "import { parse } from '@bufbuild/cel';"],
    ['the store alone speaks SQL', 'src/flow/engine.ts', "import { DatabaseSync } from 'node:sqlite';"],
  ])('finds that %s', (_, path, text) => {
    expect(rulesBrokenBy(path, text)).toHaveLength(1);
  });

  it.each([
    [
      'src/flow/engine.ts',
      "import { isoTime } from '../kit/clock.ts';\nimport type { Store } from '../store/store.ts';",
    ],
    ['tools/oar/push.ts', "import type { ErrataClient } from '../errata/client.ts';"],
    ['tools/oar/push.test.ts', "import { startSandbox } from '../../sandbox/server.ts';"],
    ['src/cli/demo.ts', "import { startSandbox } from '../../sandbox/server.ts';"],
    ['src/kit/url.ts', "/* import { x } from '../flow/engine.ts'; */"],
  ])('lets %s be', (path, text) => {
    expect(rulesBrokenBy(path, text)).toEqual([]);
  });

  it('says where', () => {
    const text = "import { z } from 'zod';\nimport {\n  a,\n} from '../flow/engine.ts';\n";
    expect(violations(importsOf('src/kit/url.ts', text), house)).toEqual([
      { from: 'src/kit/url.ts', to: 'src/flow/engine.ts', line: 4, rule: 'kit may not know flow' },
    ]);
  });
});
