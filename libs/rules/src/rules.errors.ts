import { Refusal, type Sentence } from '@app/kernel';

/** A file of a programme folder that cannot be used, said so that its author can mend it. */
export function invalid(file: string, line: number, place: string, problem: Sentence): Refusal {
  return new Refusal(
    'PROGRAMME_INVALID',
    {
      zh: `方案文件 ${file} 第 ${line} 行（${place}）有误：${problem.zh}。请改正后重新加载。`,
      en: `Programme file ${file}, line ${line} (${place}): ${problem.en}. Correct it and load again.`,
    },
    { file, line, place },
  );
}
