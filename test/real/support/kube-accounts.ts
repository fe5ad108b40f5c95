import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';

export interface Account {
  name: string;
  token: string;
}

/** The file that the server reads its people from. `reader` has what `applyReaderRights` gives, no more. */
export async function writeAccounts(dir: string): Promise<{ file: string; admin: Account; reader: Account }> {
  const admin = { name: 'admin', token: randomBytes(16).toString('hex') };
  const reader = { name: 'reader', token: randomBytes(16).toString('hex') };
  const file = join(dir, 'tokens.csv');
  const rows = [`${admin.token},admin,admin,system:masters`, `${reader.token},reader,reader`];
  await writeFile(file, `${rows.join('\n')}\n`, { mode: 0o600 });
  return { file, admin, reader };
}

/** A context for each account, the first one current. */
export async function writeKubeconfig(
  file: string,
  server: { url: string; ca: string },
  accounts: readonly Account[],
): Promise<void> {
  const cluster = {
    server: server.url,
    'certificate-authority-data': Buffer.from(server.ca).toString('base64'),
  };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': accounts[0]?.name,
    clusters: [{ name: 'real', cluster }],
    users: accounts.map(({ name, token }) => ({ name, user: { token } })),
    contexts: accounts.map(({ name }) => ({
      name,
      context: { cluster: 'real', user: name, namespace: 'default' },
    })),
  };
  await writeFile(file, stringify(config), { mode: 0o600 });
}
