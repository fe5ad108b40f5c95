import { z } from 'zod';

/** Parts that many answers of GitHub share. */
export const Login = z.object({ login: z.string() });
export const Sha = z.string().regex(/^[0-9a-f]{40,64}$/);
/** An answer of which nothing is needed. */
export const Anything = z.unknown();
