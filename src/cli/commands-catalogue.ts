import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { grantOf } from '../flow/graph.ts';
import { SluiceError } from '../kit/errors.ts';
import { argumentsOf } from '../kit/registry.ts';
import { covers, demandPersona } from '../mcp/personas.ts';
import { type CommonOptions, command, type Outcome, show, withApp } from './context.ts';
import { style } from './output.ts';
import { readable } from './table.ts';

/** What there is: tools, personas, skills, flows; and whether it is well. */
export function addCatalogueCommands(program: Command, outcome: Outcome): void {
  command(program, 'call', 'call one tool, as an agent would, and print its structured answer')
    .argument('<tool>')
    .argument('[arguments]', 'a JSON object', '{}')
    .option('--table', 'as a person reads it: the summary, then tables (Markdown)')
    .action(async (tool: string, text: string, options: CommonOptions & { table?: boolean }) => {
      await withApp(options, async (app) => {
        const result = await app.call(tool, parseArguments(text), { principal: app.principal });
        show(options, result, () =>
          options.table === true ? readable(result) : JSON.stringify(result, undefined, 2),
        );
      });
    });

  command(program, 'tools', 'the tools of this build, or of a persona')
    .option('--persona <name>')
    .action(async (options: CommonOptions & { persona?: string }) => {
      await withApp(options, async (app) => {
        const persona =
          options.persona === undefined ? undefined : demandPersona(app.personas, options.persona);
        const tools = app.registry
          .list()
          .filter((tool) => persona === undefined || (covers(persona.tools, tool.name) && !tool.engineOnly))
          .map((tool) => ({
            name: tool.name,
            title: tool.title,
            effect: tool.effect,
            module: app.registry.moduleOf(tool.name) ?? '',
            configured: app.registry.isConfigured(app.registry.moduleOf(tool.name) ?? ''),
            key: tool.key ?? null,
            arguments: argumentsOf(tool),
            description: tool.description,
            input_schema: z.toJSONSchema(tool.input, { io: 'input', unrepresentable: 'any' }),
            output_schema: z.toJSONSchema(tool.output, { unrepresentable: 'any' }),
          }));
        show(options, { tools }, () =>
          tools
            .map(
              (tool) =>
                `${style(tool.name, 'bold')}  ${tool.effect}  { ${tool.arguments} }\n  ${tool.description.replaceAll('\n', '\n  ')}`,
            )
            .join('\n'),
        );
      });
    });

  command(program, 'personas', 'what an agent can be given').action(async (options: CommonOptions) => {
    await withApp(options, async (app) => {
      const personas = [...app.personas.values()].map((persona) => ({
        name: persona.persona,
        title: persona.title,
        tools: app.registry
          .list()
          .filter((tool) => covers(persona.tools, tool.name) && !tool.engineOnly)
          .map((tool) => tool.name),
        flows: persona.flows,
        skills: persona.skills,
      }));
      show(options, { personas }, () =>
        personas
          .map(
            (persona) =>
              `${style(persona.name, 'bold')}  ${persona.title}\n  ${persona.tools.length} tools, flows: ${persona.flows.join(', ')}`,
          )
          .join('\n'),
      );
    });
  });

  command(program, 'skills', 'what can be done, and the flows that the server runs').action(
    async (options: CommonOptions) => {
      await withApp(options, async (app) => {
        const skills = [...app.skills.values()].map((skill) => ({
          name: skill.name,
          description: skill.description,
          flow:
            skill.flow === undefined
              ? null
              : {
                  name: skill.flow.flow,
                  inputs: skill.flow.inputs,
                  steps: skill.flow.steps.length,
                  grant: grantOf(skill.flow),
                },
        }));
        show(options, { skills }, () =>
          skills
            .map(
              (skill) =>
                `${style(skill.name, 'bold')}${skill.flow === null ? '' : `  (flow of ${skill.flow.steps} steps)`}\n  ${skill.description}`,
            )
            .join('\n'),
        );
      });
    },
  );

  command(program, 'lint', 'check flows against the tools that there are')
    .argument('[paths...]', 'flow.yaml files or skill folders; without any, all skills')
    .action(async (paths: string[], options: CommonOptions) => {
      await withApp(options, async (app) => {
        const { lintAll } = await import('./lint-flows.ts');
        const results = await lintAll(app, paths);
        const bad = results.filter((result) => result.findings.length > 0);
        show(options, { ok: bad.length === 0, flows: results }, () =>
          results
            .map((result) =>
              result.findings.length === 0
                ? `✓ ${result.file}`
                : `✗ ${result.file}\n${result.findings.map((finding) => `  ${finding.at}: ${finding.what}\n    → ${finding.remedy}`).join('\n')}`,
            )
            .join('\n'),
        );
        if (bad.length > 0) outcome.exitCode = 2;
      });
    });

  command(program, 'doctor', 'whether settings, state folder, credentials and systems are well').action(
    async (options: CommonOptions) => {
      await withApp(options, async (app) => {
        const { doctor } = await import('./doctor.ts');
        const checks = await doctor(app);
        const ok = checks.every((check) => check.state !== 'bad');
        show(options, { ok, checks }, () =>
          checks
            .map(
              (check) =>
                `${check.state === 'ok' ? style('✓', 'green') : check.state === 'bad' ? style('✗', 'red') : '–'} ${check.name}: ${check.detail}${check.remedy === undefined ? '' : `\n  → ${check.remedy}`}`,
            )
            .join('\n'),
        );
        if (!ok) outcome.exitCode = 6;
      });
    },
  );

  command(program, 'init', 'write a sluice.yaml to begin with')
    .option('--out <file>', 'where', 'sluice.yaml')
    .action(async (options: CommonOptions & { out: string }) => {
      const file = resolve(options.out);
      if (existsSync(file)) {
        throw new SluiceError('conflict', {
          cause: `${file} is there already.`,
          remedy: 'Name another file with --out, or edit this one.',
        });
      }
      writeFileSync(file, STARTER, { mode: 0o600 });
      show(
        options,
        { file },
        () => `${file} is written. Fill it in, then run \`sluice doctor --config ${file}\`.`,
      );
    });
}

function parseArguments(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SluiceError('invalid_input', {
      cause: `The arguments are not JSON: ${text.slice(0, 80)}.`,
      remedy: 'Give one JSON object, for example \'{"release":"4.20.27"}\'.',
    });
  }
}

const STARTER = `# Settings of Sluice. Credentials stand here by reference: env:NAME, file:PATH or cmd:PROGRAM ARG…
identity: you@example.com

modules:
  release_controller: { base_url: https://amd64.ocp.releases.ci.openshift.org }
  # errata: { base_url: https://errata.example.com, token: env:ERRATA_TOKEN }
  # gitlab: { base_url: https://gitlab.example.com, token: env:GITLAB_TOKEN, writable_projects: [group/project] }
  # jenkins: { base_url: https://jenkins.example.com, user: you, token: env:JENKINS_TOKEN }
  # prow: { base_url: https://prow.ci.openshift.org, gangway_url: https://gangway.example.com, token: env:GANGWAY_TOKEN }
  # github: { base_url: https://api.github.com, token: env:GITHUB_TOKEN, write_to: [owner/name] }
  # jira: { base_url: https://example.atlassian.net, user: you@example.com, token: env:JIRA_TOKEN, projects: [DEMO] }
  # slack: { base_url: https://slack.com/api, token: env:SLACK_BOT_TOKEN, channels: [C0123456789] }
  # oar: see tools/oar/README.md

approvals:
  # allowed_signers: /etc/sluice/allowed_signers
  roles:
    release-approver: [somebody.else@example.com]
`;
