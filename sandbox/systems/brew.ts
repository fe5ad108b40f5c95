import { json, type System, text } from '../http.ts';

/** Files of builds as the download server has them. */
export const brew: System = {
  name: 'brew',
  routes: [
    {
      method: 'GET',
      path: '/packages/:name/:version/:release/metadata.json',
      answer: (call, world) => {
        const nvr = `${call.param('name')}-${call.param('version')}-${call.param('release')}`;
        const { kernels, kernel } = world.scenario.brew;
        const [, name = '', version = '', release = ''] =
          /^(.+)-([^-]+)-([^-]+)$/.exec(kernels[nvr] ?? kernel) ?? [];
        const rpm = { type: 'rpm', arch: 'x86_64', epoch: null };
        return json(200, {
          metadata_version: 0,
          build: { name: call.param('name'), version: call.param('version'), release: call.param('release') },
          output: [
            {
              type: 'image',
              components: [
                { ...rpm, name: 'bash', version: '5.1.8', release: '9.el9' },
                { ...rpm, name, version, release },
              ],
            },
          ],
        });
      },
    },
  ],
};

/** Koji's pages for people. */
export const koji: System = {
  name: 'koji',
  routes: [
    {
      method: 'GET',
      path: '/buildinfo',
      answer: (call, world) => {
        const nvr = call.query.get('buildID') ?? '';
        const tags = world.scenario.brew.tags[nvr] ?? [];
        const rows = tags.map((tag, at) => `<tr><td><a href="taginfo?tagID=${at + 1}">${tag}</a></td></tr>`);
        const listed = tags.length === 0 ? 'No tags' : `<table class="nested">${rows.join('')}</table>`;
        const head = `<h4>Information for build <a href="buildinfo?buildID=1">${nvr}</a></h4>`;
        return text(
          200,
          `<html><body>${head}<table><tr><th>Tags</th><td>${listed}</td></tr></table></body></html>`,
          'text/html',
        );
      },
    },
  ],
};
