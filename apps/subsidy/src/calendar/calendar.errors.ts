import { Refusal } from '@app/kernel';

/** Every way this slice can say no. */
export const refuse = {
  notPlanned: (id: string, state: string) =>
    new Refusal(
      'CALENDAR_WRONG_STATE',
      {
        zh: `该期发放处于“${state}”状态，不能这样操作。只有未开始的可以暂停，只有暂停的可以恢复。`,
        en: `This run is ${state}, so that cannot be done. Only a planned run can be held, and only a held one released.`,
      },
      { id, state },
    ),
  unknown: (id: string) =>
    new Refusal(
      'CALENDAR_UNKNOWN',
      { zh: '发放日历中没有这一项。请核对编号。', en: 'There is no such row in the payment calendar. Check its id.' },
      { id },
    ),
  notACounty: (division: string) =>
    new Refusal(
      'CALENDAR_NEEDS_A_COUNTY',
      {
        zh: `发放日历按县编制，${division} 不是县级区划代码。请使用县级代码。`,
        en: `The payment calendar is made county by county, and ${division} is not one. Use a county's division code.`,
      },
      { division },
    ),
};
