import { Refusal, withoutNumbers } from '@app/kernel';

/** Every way this slice can say no. None of them is about order, marriage or a number of children. */
export const refuse = {
  unknown: (id: string) =>
    new Refusal(
      'BIRTH_REGISTRATION_UNKNOWN',
      { zh: '没有这份生育登记。请核对编号。', en: 'There is no such birth registration. Check its id.' },
      { id },
    ),
  wrongState: (state: string, needed: readonly string[]) =>
    new Refusal(
      'BIRTH_REGISTRATION_WRONG_STATE',
      {
        zh: `该登记处于“${state}”，此操作需要“${needed.join('、')}”。请先查看办理进度。`,
        en: `The registration is ${state}; this needs it to be ${needed.join(' or ')}. Look at its progress first.`,
      },
      { state, needed },
    ),
  divisionUnusable: (division: string) =>
    new Refusal(
      'BIRTH_REGISTRATION_DIVISION',
      {
        zh: `生育登记由乡镇（街道）受理，村（社区）可代收，${division} 不是已登记的乡级或村级区划。请改选户籍地或居住地的乡镇（街道）。`,
        en: `Townships and streets accept birth registrations, villages may receive them, and ${division} is none on record. Choose the township of the hukou or of the residence.`,
      },
      { division },
    ),
  personUnknown: (id: string) =>
    new Refusal(
      'PERSON_UNKNOWN',
      {
        zh: `没有编号为 ${id} 的人员。不在本地登记的，请填写姓名和证件号码。`,
        en: `There is no person ${id}. For somebody not registered here give name and number of a paper.`,
      },
      { id },
    ),
  notAParty: () =>
    new Refusal('YOU_ARE_NOT_A_PARTY', {
      zh: '网上只能为本人登记：父母双方中应有一方填写您本人的证件号码或人员编号。代他人办理请到乡镇（街道）窗口。',
      en: 'Online one registers oneself: one of the parents must bear your own number or person id. To act for another, go to the township or street office.',
    }),
  notYours: () =>
    new Refusal('ONLY_WHO_FILED_OR_THE_MOTHER', {
      zh: '只有申请人本人或母亲可以撤回、补正或补记出生。您可以查看，也可到受理的乡镇（街道）提出意见。',
      en: 'Only whoever filed it, or the mother, may withdraw, complete or follow it up. You may look at it, and speak to the office that received it.',
    }),
  partyMissing: () =>
    new Refusal('PARTY_MISSING', {
      zh: '请填写母亲或父亲一方或双方，各一人；母亲可以单独登记。',
      en: 'Give the mother, the father or both, each once. A mother may register alone.',
    }),
  partyIncomplete: (role: string) =>
    new Refusal(
      'PARTY_NEEDS_NAME_AND_NUMBER',
      {
        zh: `请为${role === 'mother' ? '母亲' : '父亲'}填写人员编号，或者姓名（1–50 字）和证件号码，二者择一。`,
        en: `For the ${role} give either a person id, or a name of 1 to 50 characters and the number of a paper; not both.`,
      },
      { role },
    ),
  partyNumberWrong: (role: string, problem: string) =>
    new Refusal(
      'PARTY_NUMBER_WRONG',
      {
        zh: `${role === 'mother' ? '母亲' : '父亲'}的证件号码不符合该证件的规则（${problem}）。请核对证件类型和号码。`,
        en: `The ${role}'s number does not fit its paper (${problem}). Check the kind of paper and the number.`,
      },
      { role, problem },
    ),
  placeUnreadable: (role: string, field: string) =>
    new Refusal(
      'PARTY_PLACE_UNREADABLE',
      {
        zh: `${role === 'mother' ? '母亲' : '父亲'}的 ${field} 不是 2、4、6、9 或 12 位区划代码。`,
        en: `${field} of the ${role} is no division code of 2, 4, 6, 9 or 12 digits.`,
      },
      { role, field },
    ),
  notAskedHere: (field: string) =>
    new Refusal(
      'NOT_ASKED_HERE',
      {
        zh: `本地生育登记不收集 ${field}。请删去该项后提交。`,
        en: `Birth registration here does not ask for ${field}. Leave it out and send again.`,
      },
      { field },
    ),
  monthOrChildren: () =>
    new Refusal('EXPECTED_MONTH_OR_CHILDREN', {
      zh: '产前登记填写预产月份（YYYY-MM），产后登记填写孩子，二者择一。',
      en: 'Before the birth give the expected month (YYYY-MM), after it the children; one of the two.',
    }),
  monthOutOfRange: (month: string) =>
    new Refusal(
      'EXPECTED_MONTH_OUT_OF_RANGE',
      {
        zh: `预产月份 ${month} 应在上月至今后十个月之间。孩子已出生的请填写孩子。`,
        en: `The expected month ${month} lies not between last month and ten months from now. If the child is born, give the child.`,
      },
      { month },
    ),
  childrenUnusable: (problem: string) =>
    new Refusal(
      'CHILDREN_UNUSABLE',
      {
        zh: `孩子信息有误（${problem}）：出生日期不得晚于今天，同一次生育相隔不超过 100 天，同胎次序从 1 起不重复，出生医学证明为一个字母加九位数字且不重复。`,
        en: `The children cannot be taken (${problem}): born by today, of one birth within 100 days, orders from 1 without repeats, certificates a letter and nine digits without repeats.`,
      },
      { problem },
    ),
  alreadyRegistered: (where: string, division: string, isBeforeBirth: boolean) =>
    new Refusal(
      'BIRTH_ALREADY_REGISTERED',
      {
        zh: `这次生育已在${where}登记，无需重复登记。${isBeforeBirth ? '孩子出生后请在原登记上补记出生。' : '需要凭证请向该处申请补发；内容有误请申请更正。'}`,
        en: `This birth is registered already at ${where}; it need not be registered twice. ${isBeforeBirth ? 'Record the birth in that registration.' : 'Ask there for the voucher again, or for a correction.'}`,
      },
      { division, isBeforeBirth },
    ),
  clientRefUnusable: () =>
    new Refusal('CLIENT_REF_UNUSABLE', {
      zh: '请提供 1 至 64 位字母、数字、“-”或“_”组成的请求编号，重复提交时保持不变。',
      en: 'Give a reference of 1 to 64 letters, digits, - or _, the same when sending again.',
    }),
  clientRefReused: () =>
    new Refusal('CLIENT_REF_REUSED', {
      zh: '该请求编号已用于另一份内容不同的登记。新的登记请换用新的请求编号。',
      en: 'This reference was used for a registration with other content. Use a new reference for a new registration.',
    }),
  commitmentUnusable: (problem: string) =>
    new Refusal(
      'COMMITMENT_UNUSABLE',
      {
        zh: `承诺书有误（${problem}）：承诺事项须为本地可以告知承诺的事项，文本须为现行版本，由一方父母签署，签署日期不得晚于今天，代办人姓名和关系须同时填写。`,
        en: `The commitment cannot be taken (${problem}): facts that this place lets be committed to, the current text, signed by one of the parents by today, an agent with name and relation.`,
      },
      { problem },
    ),
  commitmentMissing: (fact: string) =>
    new Refusal(
      'COMMITMENT_MISSING',
      {
        zh: `请当事人就 ${fact} 签署告知承诺后继续办理，不必等待外地答复。`,
        en: `Have a parent commit to ${fact} and go on; nobody needs to wait for another place.`,
      },
      { fact },
    ),
  itemNotAskable: (item: string) =>
    new Refusal(
      'ITEM_NOT_TO_BE_ASKED',
      {
        zh: `${item} 不得要求当事人提交：可由数据共享取得或由告知承诺代替。可以要求的事项见 AskableItem。`,
        en: `${item} may not be asked for: data sharing or a commitment gives it. What may be asked is listed in AskableItem.`,
      },
      { item },
    ),
  noticeTooLate: (due: string) =>
    new Refusal(
      'NOTICE_TOO_LATE',
      {
        zh: `一次性告知期限已于 ${due} 届满，逾期未告知的视为自收到之日起受理。请受理并继续办理。`,
        en: `What is missing had to be told by ${due}; not told, the registration counts as accepted from its receipt. Accept it and go on.`,
      },
      { due },
    ),
  noSecondNotice: () =>
    new Refusal('NO_SECOND_NOTICE', {
      zh: '该登记没有待批的第二次补正告知。',
      en: 'No second notice waits for approval here.',
    }),
  ownSecondNotice: () =>
    new Refusal('SECOND_NOTICE_NEEDS_ANOTHER', {
      zh: '第二次补正告知须由提出人以外的县级人员批准。',
      en: 'A second notice is allowed by an officer of the county other than the one who asked for it.',
    }),
  lookFirst: (look: string) =>
    new Refusal(
      'LOOK_FIRST',
      {
        zh: `该登记有待人工核看的事项（${look}）。请核看后说明理由继续（keep）、更正，或按规定另行处理。`,
        en: `A person has to look first (${look}): keep it with a reason, correct it, or go the other way that the text gives.`,
      },
      { look },
    ),
  nothingToKeep: () =>
    new Refusal('NOTHING_TO_LOOK_AT', {
      zh: '该登记没有待核看的事项。',
      en: 'Nothing of this registration waits for a look.',
    }),
  nothingStandsAgainst: () =>
    new Refusal('NOTHING_STANDS_AGAINST', {
      zh: '本地规定没有任何一条不予登记，不得以此办结。请予登记。',
      en: 'No text of this place stands against registering, so it cannot be closed as not covered. Register it.',
    }),
  waiting: (until: string | null) =>
    new Refusal(
      'WAITING_FOR_ANSWER',
      {
        zh: `正在等待外地答复${until ? `，最迟至 ${until}` : ''}；逾期不答复的凭承诺办理。`,
        en: `An answer from elsewhere is awaited${until ? `, until ${until} at the latest` : ''}; without one it goes on by commitment.`,
      },
      { until },
    ),
  samePlace: () =>
    new Refusal('ELSEWHERE_IS_HERE', {
      zh: '所问地区与受理地同属一省，请直接在本省系统核查。',
      en: 'The place asked lies in the same province; look there directly.',
    }),
  questionUnknown: (id: string) =>
    new Refusal(
      'ELSEWHERE_QUESTION_UNKNOWN',
      { zh: '没有这条协查。请核对编号。', en: 'There is no such question. Check its id.' },
      { id },
    ),
  questionAnswered: (outcome: string) =>
    new Refusal(
      'ELSEWHERE_QUESTION_ANSWERED',
      { zh: `该协查已答复（${outcome}）。`, en: `This question has been answered already: ${outcome}.` },
      { outcome },
    ),
  officeMissing: () =>
    new Refusal('ANSWER_NEEDS_OFFICE', {
      zh: '确认已在外地登记的，请填写登记机关，以便告知当事人。',
      en: 'Where the birth is registered elsewhere, name the office, so that the family can be told.',
    }),
  tooEarlyForSilence: (until: string | null) =>
    new Refusal(
      'SILENCE_TOO_EARLY',
      {
        zh: `答复期限${until ? `至 ${until}` : '尚未确定'}，此前不能记为未答复。`,
        en: `The time for an answer runs ${until ? `until ${until}` : 'still'}; before that it is no silence.`,
      },
      { until },
    ),
  reasonMissing: () =>
    new Refusal('REASON_MISSING', {
      zh: '请写明理由（2 至 400 字，不得含证件号码）。',
      en: 'Give a reason of 2 to 400 characters without any identity number.',
    }),
};

/** What a constraint of these tables means in words, where two clicks met. */
export const isClaimedAtOnce = (constraint: string | undefined): boolean =>
  constraint === 'birth_registration_claimed_born_once' || constraint === 'birth_registration_claimed_expected_once';

/** A reason as it is kept in the journal: said, short, and without anybody's number. */
export function reasonOf(text: string): string {
  const reason = text.trim();
  if ([...reason].length < 2 || [...reason].length > 400 || withoutNumbers(reason) !== reason)
    throw refuse.reasonMissing();
  return reason;
}
