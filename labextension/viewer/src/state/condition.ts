/**
 * Conditions that a person types, such as `CD3E > 1 & (MS4A1 <= 0.5 | cell_type == "B cell")`: read
 * into a tree, `&` before `|`. Names that hold spaces or signs stand in quotes.
 */
import { text } from '../text';

export type Comparison = '>' | '>=' | '<' | '<=' | '==' | '!=';

/** What a field is compared with: what stands in quotes is a name, even where it looks like a number. */
export interface Compared {
  readonly text: string;
  readonly quoted: boolean;
}

export type Condition =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Condition[] }
  | {
      readonly kind: 'compare';
      /** The name of a field or gene. */
      readonly field: string;
      readonly comparison: Comparison;
      readonly with: Compared;
    };

/** What is wrong with a condition, and what to do. */
export class ConditionError extends Error {}

const LONGEST = 10_000;
const DEEPEST = 100;
const TOKEN = /\s*(?:(&&?|\|\|?|[()])|(>=|<=|==|!=|>|<|=)|"([^"]*)"|'([^']*)'|`([^`]*)`|([^\s&|()<>=!"'`]+)|(\S))/y;

type Token =
  | { readonly kind: 'join' | 'compare' | 'odd'; readonly text: string }
  | { readonly kind: 'word'; readonly text: string; readonly quoted: boolean };

/** @throws ConditionError where it is none */
export function readCondition(typed: string): Condition {
  if (typed.length > LONGEST) {
    throw new ConditionError(text.conditionTooLong(LONGEST));
  }
  return new Reader(tokens(typed)).whole();
}

function tokens(typed: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  const words = typed.trimEnd();
  while (TOKEN.lastIndex < words.length) {
    const [, join, compare, double, single, back, bare, odd] = TOKEN.exec(words)!;
    const quoted = double ?? single ?? back;
    if (join !== undefined) {
      found.push({ kind: 'join', text: join.charAt(0) });
    } else if (compare !== undefined) {
      found.push({ kind: 'compare', text: compare === '=' ? '==' : compare });
    } else if (odd === undefined) {
      found.push({ kind: 'word', text: quoted ?? bare!, quoted: quoted !== undefined });
    } else {
      found.push({ kind: 'odd', text: odd });
    }
  }
  return found;
}

class Reader {
  private next = 0;
  private depth = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  whole(): Condition {
    if (this.tokens.length === 0) {
      throw new ConditionError(text.noCondition);
    }
    const condition = this.any();
    const more = this.tokens[this.next];
    if (more !== undefined) {
      throw new ConditionError(text.conditionGoesOn(shown(more)));
    }
    return condition;
  }

  private any(): Condition {
    return this.joined('|', 'any', () => this.joined('&', 'all', () => this.one()));
  }

  private joined(sign: string, kind: 'all' | 'any', part: () => Condition): Condition {
    const parts = [part()];
    while (this.takes('join', sign)) {
      parts.push(part());
    }
    return parts.length === 1 ? parts[0]! : { kind, of: parts };
  }

  private one(): Condition {
    if (!this.takes('join', '(')) {
      return this.comparison();
    }
    if (++this.depth > DEEPEST) {
      throw new ConditionError(text.conditionTooDeep(DEEPEST));
    }
    const condition = this.any();
    this.depth--;
    if (!this.takes('join', ')')) {
      throw new ConditionError(text.unclosed);
    }
    return condition;
  }

  private comparison(): Condition {
    const field = this.word(text.aField);
    const sign = this.tokens[this.next];
    if (sign?.kind !== 'compare') {
      throw new ConditionError(text.noComparison(field.text, sign && shown(sign)));
    }
    this.next++;
    const comparison = sign.text as Comparison;
    const { text: value, quoted } = this.word(text.aValue(field.text, comparison));
    return { kind: 'compare', field: field.text, comparison, with: { text: value, quoted } };
  }

  private word(wanted: string): Compared {
    const token = this.tokens[this.next++];
    if (token?.kind !== 'word') {
      throw new ConditionError(text.expected(wanted, token && shown(token)));
    }
    return token;
  }

  private takes(kind: Token['kind'], sign: string): boolean {
    const token = this.tokens[this.next];
    const taken = token?.kind === kind && token.text === sign;
    this.next += Number(taken);
    return taken;
  }
}

function shown(token: Token): string {
  return token.kind === 'word' && token.quoted ? `"${token.text}"` : token.text;
}
