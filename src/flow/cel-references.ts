import type { Expr } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';
import type { Reference } from './expression.ts';

/** Every variable that an expression reads, with the path behind it as far as it is literal. */
export function referencesOf(root: Expr): Reference[] {
  const found: Reference[] = [];
  visit(root, new Set(), found, false);
  return found;
}

function visit(
  node: Expr | undefined,
  bound: ReadonlySet<string>,
  found: Reference[],
  tested: boolean,
): void {
  if (node === undefined) return;
  const path = pathOf(node);
  if (path !== undefined) {
    if (!bound.has(path[0] ?? '')) found.push({ path, tested: tested || endsInTest(node) });
    visitIndexes(node, bound, found);
    return;
  }
  const { exprKind } = node;
  switch (exprKind.case) {
    case 'callExpr': {
      const { args, target, function: name } = exprKind.value;
      visit(target, bound, found, tested);
      const before = found.length;
      for (const argument of args) visit(argument, bound, found, tested);
      noteComparison(name, args, found.slice(before));
      return;
    }
    case 'selectExpr':
      visit(exprKind.value.operand, bound, found, tested);
      return;
    case 'listExpr':
      for (const element of exprKind.value.elements) visit(element, bound, found, tested);
      return;
    case 'structExpr':
      for (const entry of exprKind.value.entries) {
        if (entry.keyKind.case === 'mapKey') visit(entry.keyKind.value, bound, found, tested);
        visit(entry.value, bound, found, tested);
      }
      return;
    case 'comprehensionExpr': {
      const { iterRange, accuInit, loopCondition, loopStep, result, iterVar, iterVar2, accuVar } =
        exprKind.value;
      visit(iterRange, bound, found, tested);
      visit(accuInit, bound, found, tested);
      const inner = new Set([...bound, iterVar, iterVar2, accuVar]);
      for (const part of [loopCondition, loopStep, result]) visit(part, inner, found, tested);
      return;
    }
    default:
  }
}

/** The whole path when the node is a chain of names and literal keys down to a variable. */
function pathOf(node: Expr): string[] | undefined {
  const { exprKind } = node;
  if (exprKind.case === 'identExpr') return [exprKind.value.name];
  if (exprKind.case === 'selectExpr') {
    const inner = exprKind.value.operand === undefined ? undefined : pathOf(exprKind.value.operand);
    return inner === undefined ? undefined : [...inner, exprKind.value.field];
  }
  if (exprKind.case === 'callExpr' && exprKind.value.function === '_[_]') {
    const [container, key] = exprKind.value.args;
    const inner = container === undefined ? undefined : pathOf(container);
    const literal = key === undefined ? undefined : literalOf(key);
    if (inner === undefined) return undefined;
    return [...inner, typeof literal === 'string' ? literal : '[]'];
  }
  return undefined;
}

function visitIndexes(node: Expr, bound: ReadonlySet<string>, found: Reference[]): void {
  const { exprKind } = node;
  if (exprKind.case === 'selectExpr' && exprKind.value.operand !== undefined) {
    visitIndexes(exprKind.value.operand, bound, found);
  }
  if (exprKind.case === 'callExpr' && exprKind.value.function === '_[_]') {
    const [container, key] = exprKind.value.args;
    if (container !== undefined) visitIndexes(container, bound, found);
    if (key !== undefined && literalOf(key) === undefined) visit(key, bound, found, false);
  }
}

function endsInTest(node: Expr): boolean {
  return node.exprKind.case === 'selectExpr' && node.exprKind.value.testOnly;
}

function noteComparison(name: string, args: readonly Expr[], found: readonly Reference[]): void {
  if (found.length !== 1 || args.length !== 2) return;
  const [left, right] = args;
  if (left === undefined || right === undefined) return;
  const reference = found[0];
  if (reference === undefined || (pathOf(left) === undefined && pathOf(right) === undefined)) return;
  if (name === '_==_' || name === '_!=_') {
    const literal = literalOf(left) ?? literalOf(right);
    if (literal !== undefined) reference.comparedWith = [literal];
  }
  if (name === '@in' && right.exprKind.case === 'listExpr') {
    const literals = right.exprKind.value.elements.map(literalOf);
    if (literals.every((literal) => literal !== undefined)) reference.comparedWith = literals;
  }
}

function literalOf(node: Expr): unknown {
  if (node.exprKind.case !== 'constExpr') return undefined;
  const { constantKind } = node.exprKind.value;
  if (constantKind.case === 'int64Value' || constantKind.case === 'uint64Value')
    return Number(constantKind.value);
  if (constantKind.case === 'nullValue') return null;
  return constantKind.value;
}
