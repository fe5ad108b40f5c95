/** What is longer than this is no tag. */
const LONGEST_TAG = 2_000;

const words = (text: string) => new Set(text.split(/\s+/));

/** What stands in them is not shown, or runs. */
const WITH_CONTENT = words('script style iframe noembed noscript template object svg math');
/** Their content knows no tags but their own end; without one, all that follows is theirs. */
const RAW = words('script style');
const OF_LINES = words('br hr p div li ul ol tr table pre blockquote h1 h2 h3 h4 h5 h6 details');
const EMPTY = words('area base br col embed hr image img input keygen link meta param source track wbr');
const TAGS = words(`a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big
  blink blockquote body br canvas caption center cite code col colgroup data dd del details dfn dialog dir div dl dt
  em embed fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i
  iframe image img input ins isindex kbd keygen label legend li link listing main map mark marquee math menu meta
  meter nav nobr noembed noframes noscript object ol optgroup option output p param picture plaintext portal pre
  progress q rp rt ruby s samp script search section select slot small source span strike strong style sub summary
  sup svg table tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr xmp`);
/** Words that people also put into brackets to say what stands there: `git push <source>`. */
const ALSO_WORDS = words(`address article body caption cite code data dialog dir form head header html image
  input label legend link main map mark math menu meta meter nav object optgroup option output param picture portal
  progress search section select slot source sub summary table template textarea time title track var video`);
/** What models read as the frame of a conversation. */
const FRAME =
  /^(?:antml:|(?:system|assistant|user|human|admin|developer|tool|function|invoke|parameter|result|instruction|prompt|untrusted|trusted|thinking|context|document|important|end)s?(?:$|[-_:]))/;
const HIDES =
  /(?:^|\s)(?:hidden(?=[\s=/]|$)|aria-hidden\s*=\s*["']?true)|style\s*=[^>]*(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?![.\d]*[1-9])|(?:left|top|text-indent)\s*:\s*-\d{3,})/i;

interface Tag {
  name: string;
  closes: boolean;
  attributes: string;
  end: number;
}

/** An element whose content is left out, and what it takes to undo that. */
interface Hidden {
  name: string;
  depth: number;
  before: string;
  resume: number;
  toTheEnd: boolean;
}

/**
 * The text without comments, tags and what they hide. Brackets that are no HTML stay: `Map<string, T>`,
 * `Name <a@example.com>`, `<https://example.com>`.
 */
export function withoutTags(text: string): string {
  let out = '';
  let at = 0;
  let hidden: Hidden | undefined;
  /** Elements that were opened and have no end: they hide nothing. */
  const open = new Set<string>();
  const ends = endsIn(text);
  for (;;) {
    const next = text.indexOf('<', at);
    if (next === -1) {
      if (hidden === undefined) return out + text.slice(at);
      if (hidden.toTheEnd) return hidden.before;
      open.add(hidden.name);
      out = hidden.before;
      at = hidden.resume;
      hidden = undefined;
      continue;
    }
    out += text.slice(at, next);
    const tag = tagAt(text, next);
    if (hidden !== undefined) {
      at = tag?.end ?? next + 1;
      if (tag?.name !== hidden.name) {
        if (tag === undefined && !RAW.has(hidden.name)) at = declarationAt(text, next)?.[1] ?? at;
        // Inside a script a bracket opens nothing.
        else if (RAW.has(hidden.name)) at = next + 1;
        continue;
      }
      if (tag.closes) hidden.depth -= 1;
      else if (!RAW.has(hidden.name) && !tag.attributes.endsWith('/')) hidden.depth += 1;
      if (hidden.depth > 0) continue;
      out = hidden.before;
      hidden = undefined;
      continue;
    }
    if (tag !== undefined && hides(tag, open, ends)) {
      const toTheEnd = RAW.has(tag.name) || HIDES.test(tag.attributes);
      hidden = { name: tag.name, depth: 1, before: out, resume: tag.end, toTheEnd };
      at = tag.end;
      continue;
    }
    const [shown, after] =
      tag === undefined ? notATag(text, next) : [wordsOf(tag, text, next, ends), tag.end];
    out += shown;
    at = after;
  }
}

/** Whether an end tag of this name stands behind a place. */
type Ends = (name: string, at: number) => boolean;

function endsIn(text: string): Ends {
  const small = text.toLowerCase();
  const last = new Map<string, number>();
  return (name, at) => {
    const known = last.get(name) ?? small.lastIndexOf(`</${name}`);
    last.set(name, known);
    return known > at;
  };
}

function hides(tag: Tag, open: ReadonlySet<string>, ends: Ends): boolean {
  const { name, closes, attributes } = tag;
  if (closes || EMPTY.has(name)) return false;
  if (HIDES.test(attributes) || RAW.has(name)) return true;
  if (!WITH_CONTENT.has(name) || open.has(name) || attributes.endsWith('/')) return false;
  return !isAWord(tag, ends);
}

function isAWord({ name, attributes, end }: Tag, ends: Ends): boolean {
  return ALSO_WORDS.has(name) && attributes.trim() === '' && !ends(name, end - 1);
}

/** What is shown in place of a tag. */
function wordsOf(tag: Tag, text: string, at: number, ends: Ends): string {
  const { name, closes, attributes } = tag;
  const inner = text.slice(at + 1, tag.end - 1);
  // `Box<A>`, `a<b && c>d`: a type or a comparison; as a tag it would carry nothing.
  const plain = !closes && !attributes.includes('=') && !OF_LINES.has(name);
  if (plain && (/\w/.test(text[at - 1] ?? '') || /^[A-Z]$/.test(inner))) return `<${inner}>`;
  if (FRAME.test(name)) return `‹${inner}›`;
  if (!TAGS.has(name)) return `<${inner}>`;
  if (!closes && isAWord(tag, ends)) return `‹${inner}›`;
  if (name === 'img' || name === 'image') return closes ? '' : imageOf(tag);
  return OF_LINES.has(name) && (closes || EMPTY.has(name)) ? '\n' : '';
}

/** What is shown in place of a bracket that begins no tag, and where the text goes on. */
function notATag(text: string, at: number): [string, number] {
  const declaration = declarationAt(text, at);
  if (declaration !== undefined) return declaration;
  const token = /^<\|[\w ]{1,40}\|>/.exec(text.slice(at, at + 50))?.[0];
  if (token !== undefined) return [`‹${token.slice(1, -1)}›`, at + token.length];
  const name = nameAt(text, at)?.name ?? '';
  // `<!channel>` is a word for people, and a tag without its end must not get one from what follows.
  return [text[at + 1] === '!' || TAGS.has(name) || FRAME.test(name) ? '‹' : '<', at + 1];
}

function declarationAt(text: string, at: number): [string, number] | undefined {
  const until = (sign: string, from: number): [string, number] => {
    const end = text.indexOf(sign, from);
    return ['', end === -1 ? text.length : end + sign.length];
  };
  if (text.startsWith('<!--', at)) {
    const empty = /^<!---?>/.exec(text.slice(at, at + 6))?.[0];
    return empty === undefined ? until('-->', at + 4) : ['', at + empty.length];
  }
  if (text.startsWith('<![CDATA[', at)) return until(']]>', at);
  return /^<(?:!doctype|\?[a-z])/i.test(text.slice(at, at + 10)) ? until('>', at) : undefined;
}

function nameAt(text: string, at: number): { name: string; closes: boolean; from: number } | undefined {
  const [all, slash, name] = /^<(\/?)([a-z][a-z0-9:_-]*)(?=[\s/>]|$)/i.exec(text.slice(at, at + 60)) ?? [];
  if (all === undefined || name === undefined) return undefined;
  return { name: name.toLowerCase(), closes: slash === '/', from: at + all.length };
}

function tagAt(text: string, start: number): Tag | undefined {
  const named = nameAt(text, start);
  if (named === undefined) return undefined;
  const { name, closes, from } = named;
  let quote = '';
  for (let at = from; at < text.length && at - start < LONGEST_TAG; at += 1) {
    const sign = text[at] ?? '';
    if (quote !== '') quote = sign === quote ? '' : quote;
    else if ((sign === '"' || sign === "'") && /[=\s]/.test(text[at - 1] ?? '')) quote = sign;
    else if (sign === '<') return undefined;
    else if (sign === '>') return { name, closes, attributes: text.slice(from, at), end: at + 1 };
  }
  return undefined;
}

function imageOf({ attributes }: Tag): string {
  const value = (name: string) =>
    new RegExp(`(?:^|[\\s"'/])${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i')
      .exec(attributes)
      ?.slice(1)
      .find((one) => one !== undefined) ?? '';
  return imageWords(value('alt'), value('src'));
}

/** An image as words: what it shows and whose it is, and no address that could be asked for. */
export function imageWords(alt: string, address: string): string {
  const host = /^(?:[a-z][a-z0-9+.-]*:)?\/\/(?:[^/?#@\s]*@)?([^/?#\s:]+)/i.exec(address.trim())?.[1];
  const about = [alt.replace(/\s+/g, ' ').trim(), host].filter((one) => one !== undefined && one !== '');
  return about.length === 0 ? '(image)' : `(image: ${about.join(', ')})`;
}
