import { z } from 'zod';

const Pipeline = z.object({
  serviceAccountName: z.string().optional(),
  pipelineRef: z.object({
    resolver: z.string(),
    params: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  }),
});

/** A pipeline reference of a plan or an admission in one line; null when there is none. */
export function pipelineText(pipeline: unknown): string | null {
  if (pipeline === undefined || pipeline === null) return null;
  const read = Pipeline.safeParse(pipeline).data;
  if (read === undefined) return 'a pipeline of an unknown form';
  const { resolver, params } = read.pipelineRef;
  const param = (name: string) => params.find((one) => one.name === name)?.value;
  if (resolver === 'git') {
    const repository = param('url') ?? `${param('org') ?? '?'}/${param('repo') ?? '?'}`;
    return `git ${repository} at ${param('revision') ?? '?'}: ${param('pathInRepo') ?? '?'}`;
  }
  return [resolver, ...params.map(({ name, value }) => `${name}=${value}`)].join(' ');
}
