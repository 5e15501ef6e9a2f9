import { Refusal } from '@app/kernel';
import type { Obstacle } from './coordination.rules';
import type { CoordinationState } from './coordination.state';

const STATES: Readonly<Record<CoordinationState, readonly [zh: string, en: string]>> = {
  asked: ['待答复', 'asked'],
  returned: ['已退回', 'returned'],
  answered: ['已答复', 'answered'],
  silent: ['逾期未答复', 'not answered by its deadline'],
  late: ['逾期后已答复', 'answered late'],
  withdrawn: ['已撤回', 'withdrawn'],
};

/** Every way a request between places can say no. */
export const refuse = {
  unknown: (id: string) =>
    new Refusal(
      'COORDINATION_UNKNOWN',
      { zh: `没有编号为 ${id} 的协查，或不在您的辖区。`, en: `There is no request ${id}, or it is not yours to see.` },
      { id },
    ),
  /** What the rules say cannot be done as the request stands. */
  cannot: (obstacle: Obstacle, state: CoordinationState): Refusal => {
    const [zh, en] = STATES[state];
    switch (obstacle) {
      case 'wrong-place':
        return new Refusal('COORDINATION_NOT_YOURS_TO_DO', {
          zh: '这一步应由另一方办理。请在协查中查看当前应办理的一方。',
          en: 'This step is the other place’s. See in the request whose turn it is.',
        });
      case 'not-responsible':
        return new Refusal('COORDINATION_NOT_RESPONSIBLE', {
          zh: '只有当前负责的一方可以移交。首问负责：对方接收之前，仍由首次受理的一方负责。',
          en: 'Only who is responsible may hand over; until the other place accepts, who was contacted first stays responsible.',
        });
      case 'taken-on':
        return new Refusal('COORDINATION_TAKEN_ON', {
          zh: '该事项已移交或正在移交，不能退回或撤回。请等待对方接收，或由负责的一方移交回来。',
          en: 'The case was, or is being, handed over and cannot be returned or withdrawn. Wait for the other place, or have it handed back.',
        });
      case 'nothing-offered':
        return new Refusal('COORDINATION_NOTHING_OFFERED', {
          zh: '没有待接收的移交。',
          en: 'No hand-over is offered, so there is nothing to accept or decline.',
        });
      default:
        return new Refusal(
          'COORDINATION_WRONG_STATE',
          { zh: `该协查当前为“${zh}”，不能办理此步骤。`, en: `The request is ${en}; this step does not fit.` },
          { state },
        );
    }
  },
  forgotten: (id: string) =>
    new Refusal(
      'COORDINATION_FORGOTTEN',
      {
        zh: `协查 ${id} 的保存期限已过，涉及个人的内容已删除。仍有需要的，请重新发起。`,
        en: `The days of keeping of request ${id} are over and what it said of anybody is deleted. Ask anew if it is still needed.`,
      },
      { id },
    ),
  fieldNotAsked: (field: string, fields: readonly string[]) =>
    new Refusal(
      'COORDINATION_FIELD_NOT_ASKED',
      {
        zh: `“${field}”不在请求的字段内，不得答复。请求的字段：${fields.join('、')}。`,
        en: `"${field}" was not asked for and is not answered. Asked for: ${fields.join(', ')}.`,
      },
      { field, fields: [...fields] },
    ),
  valueUnusable: (field: string, most: number) =>
    new Refusal(
      'COORDINATION_VALUE_UNUSABLE',
      {
        zh: `“${field}”的答复应为 1 至 ${most} 个字符，且只填一次。`,
        en: `The value of "${field}" has 1 to ${most} characters and is given once.`,
      },
      { field },
    ),
  reasonMissing: (most: number) =>
    new Refusal('COORDINATION_REASON_MISSING', {
      zh: `请写明理由（4 至 ${most} 字）。`,
      en: `Give the reason in 4 to ${most} characters.`,
    }),
  purposeMissing: (most: number) =>
    new Refusal('COORDINATION_PURPOSE_MISSING', {
      zh: `协查须完整写明事由和法律依据（各 4 至 ${most} 字）。`,
      en: `A request says in full what for and on which article, each in 4 to ${most} characters.`,
    }),
  fieldsUnusable: (most: number) =>
    new Refusal('COORDINATION_FIELDS_UNUSABLE', {
      zh: `请列明所需字段（1 至 ${most} 项，小写字母和下划线，不重复）。`,
      en: `Name what is wanted: 1 to ${most} different fields, in small letters and underscores.`,
    }),
  placesUnusable: (from: string, to: string) =>
    new Refusal(
      'COORDINATION_PLACES_UNUSABLE',
      {
        zh: `请求方 ${from} 与被请求方 ${to} 应为两个不同的 12 位区划代码。`,
        en: `Who asks, ${from}, and who is asked, ${to}, are two different divisions of 12 digits.`,
      },
      { from, to },
    ),
  offeredTooMuch: (most: number) =>
    new Refusal('COORDINATION_OFFERED_TOO_MUCH', {
      zh: `随附内容过多（每项不超过 ${most} 字，不超过 30 项）。`,
      en: `Too much is told along: at most 30 entries of ${most} characters.`,
    }),
  messageUnreadable: (id: string) =>
    new Refusal(
      'COORDINATION_MESSAGE_UNREADABLE',
      {
        zh: `外地系统发来的消息 ${id} 无法识别。请联系对方核对版本，然后放行该消息。`,
        en: `Message ${id} of another installation cannot be read. Compare versions with them, then release the message.`,
      },
      { id },
    ),
  messageOfAnother: () =>
    new Refusal('COORDINATION_MESSAGE_OF_ANOTHER', {
      zh: '该消息所称的请求方不由发送方管辖，或被请求方不由本系统管辖。请联系对方核对。',
      en: 'The message asks on behalf of a division that its sender does not serve, or asks one that is not ours. Ask its sender.',
    }),
  matterOfAnother: (app: string) =>
    new Refusal(
      'COORDINATION_MATTER_OF_ANOTHER',
      {
        zh: `只能查询本应用的事项，不能以 ${app} 的名义。`,
        en: `An app asks about its own matters, not those of ${app}.`,
      },
      { app },
    ),
  monthsUnreadable: () =>
    new Refusal('COORDINATION_MONTHS_UNREADABLE', {
      zh: '月份应为 YYYY-MM，且起始月份不晚于截止月份，不超过 60 个月。',
      en: 'Give months as YYYY-MM, the first not after the last, at most 60.',
    }),
};
