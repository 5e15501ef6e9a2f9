import { Refusal } from '@app/kernel';

/** Every way keeping and deleting can say no. */
export const refuse = {
  notADivision: (division: string) =>
    new Refusal(
      'RETENTION_DIVISION_UNREADABLE',
      {
        zh: `“${division}”不是行政区划代码，请填 2、4、6、9 或 12 位数字。`,
        en: `"${division}" is no division code; give 2, 4, 6, 9 or 12 digits.`,
      },
      { division },
    ),
  residentUnknown: (id: string) =>
    new Refusal(
      'RETENTION_RESIDENT_UNKNOWN',
      {
        zh: `没有编号为 ${id} 的居住人员，或您无权查看；也可能已到期删除。`,
        en: `There is no resident ${id} that you may see; it may have been deleted when its time was over.`,
      },
      { id },
    ),
  holdUnknown: (id: string) =>
    new Refusal(
      'RETENTION_HOLD_UNKNOWN',
      {
        zh: `没有编号为 ${id} 的保留，或您无权查看。请刷新后重试。`,
        en: `There is no hold ${id} that you may see. Read the record again.`,
      },
      { id },
    ),
  holdLifted: (id: string) =>
    new Refusal(
      'RETENTION_HOLD_LIFTED',
      {
        zh: `保留 ${id} 已经解除，无需再次办理；如需继续保留请重新设置。`,
        en: `Hold ${id} was lifted already; set another one to keep the record longer.`,
      },
      { id },
    ),
  holdStands: () =>
    new Refusal('RETENTION_HOLD_STANDS', {
      zh: '同一事由、同一文号的保留已经存在，无需重复设置。',
      en: 'A hold for that reason and file stands already; nothing has to be done.',
    }),
  referenceMissing: () =>
    new Refusal('RETENTION_REFERENCE_MISSING', {
      zh: '请写明案号或文号（2 至 120 字），不要写姓名或证件号码。',
      en: 'Name the file it is for (2 to 120 characters), without anybody’s name or number.',
    }),
};
