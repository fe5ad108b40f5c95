import { takeLanded } from '../git/bare.ts';
import { httpBackend } from '../git/cgi.ts';
import type { GitHost } from '../git/host.ts';
import { bearer, type Call, type Reply, type Route, type System, text } from '../http.ts';
import type { World } from '../world.ts';

const PUSH = 'git-receive-pack';

/** Pushes that changed a ref. */
const changing = new WeakSet<Call>();

const route = (method: 'GET' | 'POST'): Route => ({
  method,
  path: '/*rest',
  mutates: (call) => changing.has(call),
  answer: served,
});

/** Repositories over smart HTTP, as a git client asks for them. */
export const git: System = {
  name: 'git',
  guard: (call, _world, secret) =>
    passwordOf(call) === secret
      ? undefined
      : {
          status: 401,
          headers: { 'content-type': 'text/plain', 'www-authenticate': 'Basic realm="GitLab"' },
          body: 'HTTP Basic: Access denied\n',
        },
  logged: (call) => (call.path.endsWith(`/${PUSH}`) ? { commands: commandsOf(call) } : ''),
  routes: [route('GET'), route('POST')],
};

function served(call: Call, world: World): Reply {
  const [, name = '', service = ''] =
    /^(.+)\.git\/(info\/refs|git-upload-pack|git-receive-pack)$/.exec(call.param('rest')) ?? [];
  const { git: host } = world;
  const repository = host?.repository(name);
  if (host === undefined || repository === undefined || repository.access === 'none') {
    return text(
      404,
      "The project you were looking for could not be found or you don't have permission to view it.\n",
    );
  }
  const pushes = service === PUSH || call.query.get('service') === PUSH;
  if (pushes && repository.access !== 'write') {
    return text(403, 'You are not allowed to push code to this project.\n');
  }
  const reply = httpBackend(call, {
    root: host.root,
    path: `${name}.git/${service}`,
    protected: repository.protected,
  });
  if (service === PUSH) tell(call, world, host, name);
  return reply;
}

function tell(call: Call, world: World, host: GitHost, repository: string): void {
  for (const { ref, from, to } of takeLanded(host.folder(repository))) {
    if (from === to) continue;
    changing.add(call);
    world.effect('git', 'ref_updated', `${repository} ${ref}`, { repository, ref, from, to });
  }
}

/** Basic takes any user, as GitLab does where the password is a token. */
function passwordOf(call: Call): string | undefined {
  const [, basic] = /^Basic (.+)$/i.exec(call.headers.authorization ?? '') ?? [];
  if (basic === undefined) return bearer(call);
  return /^[^:]*:(.*)$/.exec(Buffer.from(basic, 'base64').toString('utf8'))?.[1];
}

/** What a push asks for stands before its objects, in lines that begin with their length. */
function commandsOf(call: Call): { ref: string; from: string; to: string }[] {
  const { raw } = call.body;
  const commands: { ref: string; from: string; to: string }[] = [];
  for (let at = 0; at + 4 <= raw.length; ) {
    const length = Number.parseInt(raw.subarray(at, at + 4).toString('latin1'), 16);
    if (Number.isNaN(length) || length < 4) break;
    const line = raw.subarray(at + 4, at + length).toString('utf8');
    const [, from = '', to = '', ref = ''] = /^([0-9a-f]{40}) ([0-9a-f]{40}) ([^\0\n]+)/.exec(line) ?? [];
    if (ref !== '') commands.push({ ref, from, to });
    at += length;
  }
  return commands;
}
