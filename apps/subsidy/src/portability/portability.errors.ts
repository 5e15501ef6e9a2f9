import { Refusal } from '@app/kernel';

/** Every way this slice can say no. Codes are part of the API: add, never rename. */
export const refuse = {
  nothingToCarry: (person: string) =>
    new Refusal(
      'MOVE_NOTHING_TO_CARRY',
      {
        zh: '该人员没有可随迁移转接的待遇。请核对人员和项目。',
        en: 'This person has no entitlement that a move could carry along. Check the person and the programme.',
      },
      { person },
    ),
  placesDisagree: (places: readonly string[]) =>
    new Refusal(
      'MOVE_PLACES_DISAGREE',
      {
        zh: `无法确定迁出地（${places.join('、') || '无'}）。请先处理其余申领，再办理转接。`,
        en: `It is not clear from where (${places.join(', ') || 'nowhere'}). Settle the other claims first.`,
      },
      { places },
    ),
  notAPlace: (division: string) =>
    new Refusal(
      'MOVE_NEEDS_A_COUNTY',
      {
        zh: `${division} 不是县级区划代码。请填写县级代码。`,
        en: `${division} is not a county. Give a county's division code.`,
      },
      { division },
    ),
  notRegisteredThere: (county: string) =>
    new Refusal(
      'MOVE_NOT_REGISTERED_THERE',
      {
        zh: `户籍登记未显示已迁入 ${county}。请先与公安机关核对；迁往外地系统的请注明。`,
        en: `The register does not have this person in ${county}. Ask the police first; say so where the place is served by another installation.`,
      },
      { county },
    ),
  dayAhead: (day: string) =>
    new Refusal(
      'MOVE_DAY_AHEAD',
      { zh: `迁移日期 ${day} 尚未到来。请核对日期。`, en: `The day of the move, ${day}, has not come yet. Check it.` },
      { day },
    ),
  documentMissing: () =>
    new Refusal('MOVE_NEEDS_A_DOCUMENT', {
      zh: '办理转接须填写证明文件号。请补充后再办。',
      en: 'Following a move needs the number of the document it rests on. Add it and try again.',
    }),
  nothingChanges: () =>
    new Refusal('MOVE_CHANGES_NOTHING', {
      zh: '该迁移不改变任何年度的负责地，无需办理。',
      en: 'This move changes nobody’s responsibility for any year: there is nothing to do.',
    }),
  decisionUnknown: (id: string) =>
    new Refusal(
      'MOVE_DECISION_UNKNOWN',
      { zh: `没有编号为 ${id} 的转接决定。请核对编号。`, en: `There is no decision ${id} about a move. Check its id.` },
      { id },
    ),
  notTheLast: (id: string) =>
    new Refusal(
      'MOVE_IS_NOT_THE_LAST',
      {
        zh: '只能撤回最近一次转接；该决定之后另有决定或已撤回。请先处理后面的决定。',
        en: 'Only the last move can be taken back; another decision came after this one, or it was taken back already.',
      },
      { id },
    ),
};
