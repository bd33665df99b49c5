import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** One file of the house, as the rules see it. */
export interface HouseFile {
  /** From the project's root: `src/core/names.ts`. */
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  /** Every node of the tree, the outer ones first. */
  readonly nodes: readonly ts.Node[];
  /** What it imports: a path from the root for a file of the house, else the name as it stands there. */
  readonly imports: readonly string[];
  /** The same without what is only a type, and gone when the file is run. */
  readonly importsWhenRun: readonly string[];
}

const named = (node: ts.Node): string | null => {
  if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier)
    return ts.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : null;
  const isDynamic = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
  const [argument] = isDynamic ? node.arguments : [];
  return argument && ts.isStringLiteral(argument) ? argument.text : null;
};

const isTypeOnly = (node: ts.Node): boolean =>
  (ts.isImportDeclaration(node) && node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) ||
  (ts.isExportDeclaration(node) && node.isTypeOnly);

const nodesOf = (tree: ts.Node): ts.Node[] => {
  const found: ts.Node[] = [];
  const walk = (node: ts.Node): void => {
    found.push(node);
    ts.forEachChild(node, walk);
  };
  walk(tree);
  return found;
};

/** @param path where the file stands, or would stand, from the project's root */
export const houseFile = (path: string, text: string): HouseFile => {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);
  const nodes = nodesOf(tree);
  const resolved = (importing: readonly ts.Node[]): string[] =>
    importing
      .flatMap((node) => named(node) ?? [])
      .map((name) => (name.startsWith('.') ? join(dirname(path), name) : name));
  const importsWhenRun = resolved(nodes.filter((node) => !isTypeOnly(node)));
  return { path, text, tree, nodes, imports: resolved(nodes), importsWhenRun };
};

/** Every file below a directory whose name ends so, by its path from the project's root. */
export const pathsIn = (directory: string, end: string): string[] =>
  readdirSync(join(ROOT, directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(end))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .toSorted();

export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Every TypeScript file of the service and its migrations. */
export const theHouse = (): HouseFile[] =>
  ['src', 'migrations'].flatMap((directory) => pathsIn(directory, '.ts')).map((path) => houseFile(path, read(path)));
