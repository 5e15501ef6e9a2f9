import { Refusal } from '@app/kernel';

/** Every reason to refuse a whole file before anything of it is used. */
export const refuse = {
  fileMissing: (file: string) =>
    new Refusal(
      'TABLE_FILE_MISSING',
      { zh: `找不到文件 ${file}，请检查路径。`, en: `There is no file ${file}; check the path.` },
      { file },
    ),
  fileEmpty: (file: string) =>
    new Refusal(
      'TABLE_EMPTY',
      { zh: `文件 ${file} 是空的，请重新导出。`, en: `The file ${file} is empty; export it again.` },
      { file },
    ),
  notCsv: (file: string, kind: string) =>
    new Refusal(
      'TABLE_NOT_CSV',
      {
        zh: `文件 ${file} 不是 CSV，而是 ${kind}。请另存为 CSV（UTF-8 或 GB18030）。`,
        en: `The file ${file} is not CSV but ${kind}. Save it as CSV (UTF-8 or GB18030).`,
      },
      { file, kind },
    ),
  encodingsMixed: (file: string, utf8Lines: number, otherLines: number, firstLine: number) =>
    new Refusal(
      'TABLE_ENCODING_MIXED',
      {
        zh: `文件 ${file} 混用了两种编码：${utf8Lines} 行是 UTF-8，${otherLines} 行不是（首见于第 ${firstLine} 行）。请用同一种编码重新导出。`,
        en: `The file ${file} mixes two encodings: ${utf8Lines} lines are UTF-8, ${otherLines} are not (first at line ${firstLine}). Export it again in one encoding.`,
      },
      { file, utf8Lines, otherLines, firstLine },
    ),
  lineTooLong: (file: string, bytes: number) =>
    new Refusal(
      'TABLE_LINE_TOO_LONG',
      {
        zh: `文件 ${file} 有一行超过 ${bytes} 字节，不像是按行的 CSV。请检查换行符。`,
        en: `The file ${file} has a line of more than ${bytes} bytes and does not look like CSV in lines. Check its line ends.`,
      },
      { file, bytes },
    ),
  columnsMissing: (file: string, missing: readonly string[], found: readonly string[]) =>
    new Refusal(
      'TABLE_COLUMNS_MISSING',
      {
        zh: `文件 ${file} 第 1 行缺少列：${missing.join('、')}。表头应以英文逗号分隔，现有列：${found.join('、')}。`,
        en: `Line 1 of ${file} lacks the columns ${missing.join(', ')}. The header must be separated by commas; it has: ${found.join(', ')}.`,
      },
      { file, missing, found },
    ),
  columnsTwice: (file: string, columns: readonly string[]) =>
    new Refusal(
      'TABLE_COLUMNS_TWICE',
      {
        zh: `文件 ${file} 第 1 行的列名重复：${columns.join('、')}。请只保留一列。`,
        en: `Line 1 of ${file} names these columns twice: ${columns.join(', ')}. Keep one of each.`,
      },
      { file, columns },
    ),
  headerUnreadable: (file: string) =>
    new Refusal(
      'TABLE_HEADER_UNREADABLE',
      {
        zh: `文件 ${file} 的第 1 行（表头）无法读取，请检查引号和编码。`,
        en: `Line 1 of ${file}, the header, cannot be read; check its quotes and encoding.`,
      },
      { file },
    ),
};
