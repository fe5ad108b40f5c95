// Makes a start quick: what was compiled is kept, and imports are looked up once. Plain JavaScript, since
// taking off types needs a compiler that is slow to load and not needed for what the cache holds.
import { lstatSync, mkdirSync, statSync } from 'node:fs';
import { enableCompileCache, registerHooks } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = new URL('..', import.meta.url).href;
const PACKAGES = new URL('node_modules/', ROOT).href;

const cache = process.env.NODE_COMPILE_CACHE === undefined ? cacheFolder() : undefined;
if (cache !== undefined) enableCompileCache(cache);
registerHooks({ resolve: quickResolve(new Map()) });

/**
 * Where compiled code is kept between starts: the user's cache folder, else one in the temporary folder.
 * What lies there is run, so it must be this user's own; undefined when there is none such.
 */
function cacheFolder() {
  const { XDG_CACHE_HOME: named } = process.env;
  const home = named?.startsWith('/') ? named : homedir();
  const folders = [join(tmpdir(), `sluice-cache-${process.getuid()}`)];
  // Nothing is made in a home that is not there, or that is somebody else's (as with sudo).
  if (isOurs(home, statSync)) folders.unshift(join(home, home === named ? '' : '.cache', 'sluice'));
  return folders.find((folder) => {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      return isOurs(folder, lstatSync);
    } catch {
      return false;
    }
  });
}

function isOurs(folder, look) {
  const found = look(folder, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === process.getuid() && (found.mode & 0o022) === 0;
}

/**
 * Node looks up each import at each place where it stands: several thousand. Ours name whole files, and
 * a package is the same from everywhere in the project.
 */
function quickResolve(packages) {
  return (specifier, context, next) => {
    const from = context.parentURL ?? '';
    const ours = from.startsWith(ROOT) && !from.startsWith(PACKAGES);
    if (specifier.startsWith('.') && from.startsWith('file:')) {
      const url = new URL(specifier, from).href;
      if (ours && url.endsWith('.ts')) return { url, format: 'module-typescript', shortCircuit: true };
      // Within a package of ES modules too; `require` has rules of its own.
      const named = url.endsWith('.js') && context.conditions.includes('import');
      return named ? { url, shortCircuit: true } : next(specifier, context);
    }
    if (!ours) return next(specifier, context);
    const found = packages.get(specifier) ?? { ...next(specifier, context), shortCircuit: true };
    packages.set(specifier, found);
    return found;
  };
}
