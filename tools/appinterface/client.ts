import { SluiceError } from '../../src/kit/errors.ts';
import { nearest } from '../../src/kit/suggest.ts';
import type { GitClient } from '../git/client.ts';
import type { ProductSettings } from './product-settings.ts';
import { show } from './relations.ts';
import { type Addressable, locate } from './saas/locate.ts';
import type { SaasFile, Target } from './saas/model.ts';
import { parseSaas } from './saas/parse.ts';
import { repositoryPath, targetFilesOf, targetsWith } from './saas/target-files.ts';
import type { AppInterfaceSettings } from './settings.ts';

/** A saas file at one commit, with the target files that it names. */
export interface ReadSaas {
  commit: string;
  file: SaasFile;
  targets: readonly Target[];
  /** Every file read, by its path. */
  files: ReadonlyMap<string, SaasFile>;
}

/** The saas files of the configured products, read at commits of upstream and never from a checkout. */
export class AppInterfaceClient {
  readonly settings: AppInterfaceSettings;
  readonly #git: () => GitClient;

  constructor(settings: AppInterfaceSettings, git: () => GitClient) {
    this.settings = settings;
    this.#git = git;
  }

  get git(): GitClient {
    return this.#git();
  }

  get repository(): string {
    return this.settings.repository;
  }

  product(name: string): ProductSettings {
    const { products } = this.settings;
    const found = Object.hasOwn(products, name) ? products[name] : undefined;
    if (found !== undefined) return found;
    const hint = nearest(name, Object.keys(products));
    throw new SluiceError('not_found', {
      cause: `modules.appinterface has no product ${JSON.stringify(name)}.`,
      remedy: `${hint === undefined ? '' : `Did you mean ${hint}? `}It has ${Object.keys(products).join(', ') || 'none'}.`,
    });
  }

  /** What is asked for: one product, or one file. */
  fileOf(asked: { product?: string | undefined; file?: string | undefined }): string {
    if (asked.product !== undefined && asked.file === undefined) return this.product(asked.product).file;
    if (asked.file !== undefined && asked.product === undefined) return asked.file;
    throw new SluiceError('invalid_input', {
      cause: 'Give either product or file.',
      remedy: `product is one of ${Object.keys(this.settings.products).join(', ') || 'none'}; file is a path in the repository.`,
    });
  }

  /** Where upstream's default branch stands at this moment. */
  async head(signal?: AbortSignal): Promise<string> {
    const branch = this.git.defaultBranch(this.repository);
    const head = await this.git.head(this.repository, branch, { signal });
    if (head !== undefined) {
      await show(this.git, this.repository, head, 'origin', signal);
      return head;
    }
    throw new SluiceError('not_found', {
      cause: `${this.repository} has no branch ${branch}.`,
      remedy: `Correct modules.git.repositories.${this.repository}.default_branch.`,
    });
  }

  async commitAt(at: string | undefined, signal?: AbortSignal): Promise<string> {
    return at === undefined
      ? await this.head(signal)
      : (await this.git.resolve(this.repository, at, { signal })).commit;
  }

  async text(path: string, commit: string, signal?: AbortSignal): Promise<string | undefined> {
    const file = await this.git.readFile(this.repository, commit, path, { signal });
    if (file === undefined) return undefined;
    if (file.text !== null) return file.text;
    throw new SluiceError('schema_drift', {
      cause: `${path} at ${commit.slice(0, 12)} is not UTF-8 text.`,
      remedy: 'Have the file corrected; nothing was changed.',
    });
  }

  async read(path: string, commit: string, signal?: AbortSignal): Promise<ReadSaas> {
    const text = await this.text(path, commit, signal);
    if (text === undefined) {
      throw new SluiceError('not_found', {
        cause: `${this.repository} has no file ${path} at ${commit.slice(0, 12)}.`,
        remedy: 'Correct the path: it is counted from the root of the repository.',
      });
    }
    const file = parseSaas(path, text);
    const own = new Map<string, SaasFile>();
    for (const ref of targetFilesOf(file)) {
      const place = repositoryPath(this.settings.data_folder, ref);
      const content = await this.text(place, commit, signal);
      if (content !== undefined) own.set(ref, parseSaas(place, content));
    }
    const files = new Map([file, ...own.values()].map((one) => [one.path, one]));
    return { commit, file, targets: targetsWith(file, own), files };
  }

  /** The one target that a label of a product means. */
  target(read: ReadSaas, product: string, label: string): Addressable {
    const { targets } = this.product(product);
    const locator = Object.hasOwn(targets, label) ? targets[label] : undefined;
    if (locator === undefined) {
      throw new SluiceError('invalid_input', {
        cause: `${product} has no target ${JSON.stringify(label)}.`,
        remedy: `It has ${Object.keys(targets).join(', ') || 'none'} (modules.appinterface.products.${product}.targets).`,
      });
    }
    const [found] = locate(read.targets, locator);
    if (found === undefined) throw new Error('locate answered nothing');
    return found;
  }
}
