import { z } from 'zod';
import { defineTool, oneTarget } from './define.ts';

export const findUser = defineTool({
  name: 'gitlab_find_user',
  title: 'Find an account',
  description: `
The account of an e-mail address or a username; user is null when there is none. Most accounts hide their address: then it is
found only when it is given whole, and several that fit equally are a conflict.`,
  effect: 'read',
  input: z.object({
    email: z.email().max(254).optional(),
    username: z
      .string()
      .regex(/^[\w.-]{1,255}$/)
      .optional(),
  }),
  output: z.object({
    user: z.object({ id: z.int(), username: z.string(), name: z.string() }).nullable(),
    summary: z.string(),
  }),
  run: async ({ email, username }, { client }) => {
    if ((email === undefined) === (username === undefined)) {
      throw oneTarget('an account', 'Give email or username.');
    }
    const found = email === undefined ? await client.userNamed(username ?? '') : await client.findUser(email);
    const asked = email ?? username;
    return {
      user: found ?? null,
      summary:
        found === undefined
          ? `No account answers to ${asked}.`
          : `${asked} is ${found.username} (${found.name}).`,
    };
  },
});
