import { parseArgs } from 'node:util';
import { createApp } from '../../src/app.ts';
import { serveHttp } from '../../src/mcp/http.ts';
import { serveStdioFace } from '../../src/mcp/stdio.ts';
import { modules } from '../../tools/modules.ts';

/** The faces for agents in a process of their own, without the command line around them. */
const { values } = parseArgs({
  options: {
    persona: { type: 'string', multiple: true, default: [] },
    surface: { type: 'string', default: 'core' },
    http: { type: 'string' },
    'read-only': { type: 'boolean', default: false },
  },
});
const options = {
  personas: values.persona,
  surface: values.surface === 'full' ? ('full' as const) : ('core' as const),
  readOnly: values['read-only'],
};
const app = createApp({ face: 'mcp', modules });
if (values.http === undefined) {
  await serveStdioFace(app, options);
  process.exit(0);
}
const [host = '127.0.0.1', port = '0'] = values.http.split(':');
const face = await serveHttp(app, { ...options, host, port: Number(port) });
process.stderr.write(`ready ${face.url}\n`);
process.once('SIGTERM', () => {
  void face
    .close()
    .then(() => app.close())
    .then(() => process.exit(0));
});
