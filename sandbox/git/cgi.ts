import type { Call, Reply } from '../http.ts';
import { runGit } from './run.ts';

export interface Served {
  /** The folder that holds all repositories. */
  root: string;
  /** Of the repository in there, with what follows. */
  path: string;
  protected: readonly string[];
}

/** git's own http-backend, asked as a web server would ask it. */
export function httpBackend(call: Call, served: Served): Reply {
  const header = (name: string) => {
    const value = call.headers[name];
    return typeof value === 'string' ? value : '';
  };
  const said = runGit(['http-backend'], {
    input: call.body.raw,
    env: {
      GIT_PROJECT_ROOT: served.root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: `/${served.path}`,
      QUERY_STRING: call.query.toString(),
      REQUEST_METHOD: call.method,
      CONTENT_TYPE: header('content-type'),
      CONTENT_LENGTH: String(call.body.raw.length),
      HTTP_CONTENT_ENCODING: header('content-encoding'),
      GIT_PROTOCOL: header('git-protocol'),
      REMOTE_ADDR: '127.0.0.1',
      REMOTE_USER: 'sandbox',
      SANDBOX_PROTECTED: served.protected.map((branch) => `refs/heads/${branch}`).join('\n'),
    },
  });
  return replyOf(said);
}

/** A CGI program writes headers, an empty line, and the body. */
function replyOf(said: Buffer): Reply {
  const end = said.indexOf('\r\n\r\n');
  if (end < 0) throw new Error('git http-backend gave no answer');
  const pairs = said
    .subarray(0, end)
    .toString()
    .split('\r\n')
    .map((line) => line.split(/: (.*)/))
    .map(([name = '', value = '']) => [name.toLowerCase(), value] as const);
  const { status = '200', ...headers } = Object.fromEntries(pairs);
  return { status: Number.parseInt(status, 10), headers, body: said.subarray(end + 4) };
}
