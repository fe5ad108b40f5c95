/**
 * Characters that a person does not see, or that turn the order of reading. Arabic signs of the same
 * class that are drawn stay; so does the selector that makes a sign an emoji.
 */
const INVISIBLE =
  /[[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}]--[\t\n\r\u{FE0F}\u{0600}-\u{0605}\u{06DD}\u{070F}\u{0890}\u{0891}\u{08E2}]]/gv;
const LONE_SELECTOR = /(?<![\p{Extended_Pictographic}#*\d])\uFE0F/gu;
const [ESC, BEL, CSI] = ['\u001b', '\u0007', '\u009b'];
/** What terminals obey: colours, moves, titles, links. */
const ORDERS = new RegExp(
  `${ESC}\\[[0-?]*[ -/]*[@-~]|${CSI}[0-?]+[ -/]*[@-~]|${ESC}[\\]PX^_][^${ESC}${BEL}\\n]*(?:${BEL}|${ESC}\\\\|(?=\\n)|$)`,
  'g',
);

/** The text as people see it: no hidden characters, no orders to a terminal, line ends that are line ends. */
export function visible(text: string): string {
  // Well formed first: a half of a pair must not find its other half when what is between goes.
  return text
    .toWellFormed()
    .replace(/[\u2028\u2029]|\r(?!\n)/g, '\n')
    .replace(ORDERS, '')
    .replace(INVISIBLE, '')
    .replace(LONE_SELECTOR, '');
}
