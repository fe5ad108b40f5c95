import { z } from 'zod';
import { FlowSource } from '../src/flow/definition.ts';
import type { AnyModule } from '../src/kit/module.ts';
import { Settings } from '../src/kit/settings.ts';

type Json = Record<string, unknown>;

/** The module whose places of records may stand at the top of the settings. */
const RECORDS_MODULE = 'oar';

export function flowSchema(): Json {
  return { ...schemaOf(FlowSource), title: 'flow.yaml of a Sluice skill' };
}

/** The settings, with what each module takes in its place. */
export function settingsSchema(modules: readonly AnyModule[]): Json {
  const schema = schemaOf(Settings);
  const properties = objectOf(schema.properties);
  const ofModules = Object.fromEntries(
    [...modules]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((module) => [module.name, { title: module.title, ...ofModule(module) }]),
  );
  properties.modules = {
    description: 'One entry a module that is used; a module without one is not there.',
    default: {},
    type: 'object',
    properties: ofModules,
    additionalProperties: false,
  };
  const records = objectOf(objectOf(ofModules[RECORDS_MODULE]).properties);
  for (const [name, place] of Object.entries(records)) {
    if (name in properties) properties[name] = place;
  }
  return { ...schema, title: 'sluice.yaml', properties };
}

function ofModule(module: AnyModule): Json {
  const { $schema: _, ...schema } = schemaOf(z.strictObject(module.settings.shape));
  return schema;
}

function schemaOf(type: z.ZodType): Json {
  return { ...z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' }) };
}

function objectOf(value: unknown): Json {
  return value !== null && typeof value === 'object' ? { ...value } : {};
}
