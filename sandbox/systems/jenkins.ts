import { createHash } from 'node:crypto';
import { type Call, json, type Reply, type Route, type System, text } from '../http.ts';
import type { World } from '../world.ts';
import { type Build, buildDocument, buildsOf, queueDocument, startBuild } from './jenkins-builds.ts';

const JOB = '/job/:folder/job/:name';

export const jenkins: System = {
  name: 'jenkins',
  guard: (call, _world, secret) => {
    const [, encoded] = /^Basic (\S+)$/i.exec(call.headers.authorization ?? '') ?? [];
    const [user = '', ...token] = Buffer.from(encoded ?? '', 'base64')
      .toString('utf8')
      .split(':');
    if (user !== '' && token.join(':') === secret) {
      return call.method === 'POST' && call.headers['jenkins-crumb'] !== crumb(secret)
        ? text(403, 'No valid crumb was included in the request')
        : undefined;
    }
    return { ...text(401, 'Unauthorized'), headers: { 'www-authenticate': 'Basic realm="Jenkins"' } };
  },
  routes: [
    {
      method: 'GET',
      path: '/crumbIssuer/api/json',
      answer: (call) =>
        json(200, {
          _class: 'hudson.security.csrf.DefaultCrumbIssuer',
          crumb: crumb(tokenOf(call)),
          crumbRequestField: 'Jenkins-Crumb',
        }),
    },
    {
      method: 'GET',
      path: '/queue/api/json',
      answer: (call, world) => {
        const waiting = all(world).filter((build) => build.starts > world.now);
        return json(200, {
          _class: 'hudson.model.Queue',
          items: waiting.map((build) => queueDocument(build, world, call.base)),
        });
      },
    },
    { method: 'GET', path: '/queue/item/:id/api/json', answer: queueItem },
    post('/build'),
    post('/buildWithParameters'),
    { method: 'GET', path: `${JOB}/api/json`, answer: job },
    { method: 'GET', path: `${JOB}/:number/api/json`, answer: build },
  ],
};

function post(last: string): Route {
  return {
    method: 'POST',
    path: `${JOB}${last}`,
    mutates: true,
    answer: (call, world) => {
      const name = nameOf(call);
      if (world.scenario.jenkins.jobs[name] === undefined) return missing();
      const given = Object.entries({ ...Object.fromEntries(call.query), ...call.body.fields });
      const parameters = given.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
      const queueId = startBuild(world, name, Object.fromEntries(parameters));
      return { status: 201, headers: { location: `${call.base}/queue/item/${queueId}/` }, body: '' };
    },
  };
}

function queueItem(call: Call, world: World): Reply {
  const found = all(world).find((one) => String(one.queueId) === call.param('id'));
  return found === undefined ? missing() : json(200, queueDocument(found, world, call.base));
}

function job(call: Call, world: World): Reply {
  const name = nameOf(call);
  if (world.scenario.jenkins.jobs[name] === undefined) return missing();
  const started = buildsOf(world, name).filter((one) => one.starts <= world.now);
  const newest = started
    .sort((a, b) => b.number - a.number)
    .map((one) => buildDocument(one, world, call.base));
  return json(200, {
    _class: 'org.jenkinsci.plugins.workflow.job.WorkflowJob',
    name: call.param('name'),
    fullName: name,
    url: `${call.base}/job/${call.param('folder')}/job/${call.param('name')}/`,
    buildable: true,
    inQueue: buildsOf(world, name).some((one) => one.starts > world.now),
    nextBuildNumber: Math.max(0, ...newest.map(({ number }) => number)) + 1,
    lastBuild: newest[0] ?? null,
    builds: newest,
  });
}

function build(call: Call, world: World): Reply {
  const found = buildsOf(world, nameOf(call)).find((one) => String(one.number) === call.param('number'));
  if (found === undefined || found.starts > world.now) return missing();
  return json(200, buildDocument(found, world, call.base));
}

function all(world: World): Build[] {
  return Object.keys(world.scenario.jenkins.jobs).flatMap((name) => buildsOf(world, name));
}

function nameOf(call: Call): string {
  return `${call.param('folder')}/${call.param('name')}`;
}

function missing(): Reply {
  return text(404, '<html><head><title>Error 404 Not Found</title></head></html>', 'text/html');
}

function crumb(secret: string): string {
  return createHash('sha256').update(`crumb for ${secret}`).digest('hex');
}

function tokenOf(call: Call): string {
  const encoded = (call.headers.authorization ?? '').replace(/^Basic /i, '');
  return Buffer.from(encoded, 'base64').toString('utf8').split(':').slice(1).join(':');
}
