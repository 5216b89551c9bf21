import type { Parameter, Question } from './question.ts';
import { type ChartStyle, paintOf } from './style.ts';

/** The questions for programs: what can be asked, and with which parameters. */
export function catalogueDocument(questions: readonly Question[]): {
  questions: { name: string; title: string; description: string; live: boolean; parameters: Parameter[] }[];
} {
  return {
    questions: questions.map(({ name, title, description, live, parameters }) => ({
      name,
      title,
      description,
      live,
      parameters,
    })),
  };
}

/** The questions for people: name and title, under each what it says. */
export function renderCatalogue(questions: readonly Question[], style: ChartStyle): string {
  const paint = paintOf(style);
  const width = Math.max(0, ...questions.map((question) => question.name.length));
  return questions
    .map(({ name, title, description, live }) =>
      [
        `${name.padEnd(width)}  ${paint.title(title)}${live ? ' (live)' : ''}`,
        ...wrapped(description, style.width - width - 2).map((line) =>
          paint.faint(' '.repeat(width + 2) + line),
        ),
      ].join('\n'),
    )
    .join('\n');
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
