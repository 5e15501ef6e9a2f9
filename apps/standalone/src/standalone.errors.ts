import { Refusal, type Sentence } from '@app/kernel';
import { unusableSettings } from '@app/service';

/** What the command line itself refuses. */
export const refuse = {
  factsNotCurrent: (count: number) =>
    new Refusal(
      'FACTS_NOT_CURRENT',
      {
        zh: `有 ${count} 条应用间消息被隔离，认定所依据的事实可能不是最新的，未作认定。请用 quarantine list 查明原因，排除后 quarantine release，再重新运行。`,
        en: `${count} messages between the apps are in quarantine, so the facts to decide on may not be the newest; nothing was decided. See quarantine list, put the reason right, quarantine release, and run this again.`,
      },
      { count },
    ),
  notInQuarantine: (message: string) =>
    new Refusal(
      'NOT_IN_QUARANTINE',
      {
        zh: `消息 ${message} 不在隔离区。请用 quarantine list 查看编号。`,
        en: `The message ${message} is not in quarantine. See quarantine list for the ids.`,
      },
      { message },
    ),
  stageUnknown: (stage: string) =>
    new Refusal(
      'STAGE_UNKNOWN',
      {
        zh: `“${stage}”不是环节，可选 township、county、both。`,
        en: `"${stage}" is no stage; choose township, county or both.`,
      },
      { stage },
    ),
  formatUnknown: (format: string) =>
    new Refusal(
      'FORMAT_UNKNOWN',
      {
        zh: `“${format}”不是文件格式，可选 pain.001、csv。`,
        en: `"${format}" is no file format; choose pain.001 or csv.`,
      },
      { format },
    ),
  shareUnreadable: (share: string) =>
    new Refusal(
      'SHARE_UNREADABLE',
      { zh: `“${share}”不是 0 到 1 之间的比例。`, en: `"${share}" is no share between 0 and 1.` },
      { share },
    ),
  levelUnknown: (level: string) =>
    new Refusal(
      'LEVEL_UNKNOWN',
      {
        zh: `请用 --level 指明 central、province、city 或 county（收到“${level}”），或用 --cover 按需补足。`,
        en: `Name the level with --level: central, province, city or county (got "${level}"), or use --cover.`,
      },
      { level },
    ),
  amountUnreadable: (yuan: string) =>
    new Refusal(
      'AMOUNT_UNREADABLE',
      {
        zh: `请用 --yuan 填写大于零的金额（收到“${yuan}”）。`,
        en: `Give an amount above zero with --yuan (got "${yuan}").`,
      },
      { yuan },
    ),
  configuration: unusableSettings,
  processNotUp: (name: string, file: string) =>
    new Refusal(
      'PROCESS_NOT_UP',
      {
        zh: `进程 ${name} 未能启动，原因见 ${file} 末尾。请排除后重新运行同一命令。`,
        en: `The process ${name} did not come up; the end of ${file} says why. Put it right and run the same command again.`,
      },
      { name, file },
    ),
  dataOfOtherMode: (folder: string, kept: string, asked: string) =>
    new Refusal(
      'DATA_OF_OTHER_MODE',
      {
        zh: `${folder} 是 ${kept} 模式的数据目录，不能以 ${asked} 模式打开。请设置 YANGYU_MODE=${kept}，或用 YANGYU_DATA 指定其他目录。`,
        en: `${folder} is a data folder of ${kept} and is not opened as ${asked}. Set YANGYU_MODE=${kept}, or YANGYU_DATA to another folder.`,
      },
      { folder, kept, asked },
    ),
  dataModeUnknown: (folder: string, file: string) =>
    new Refusal(
      'DATA_MODE_UNKNOWN',
      {
        zh: `${folder} 已有数据，但未写明是演示还是生产数据。请在 ${file} 中写入 production（真实人员）或 demo（虚构人员）。`,
        en: `${folder} holds data and does not say whether of a demo or of production. Write production (real people) or demo (invented people) into ${file}.`,
      },
      { folder, file },
    ),
  notInProduction: (verb: string, instead: Sentence) =>
    new Refusal(
      'NOT_IN_PRODUCTION',
      {
        zh: `生产环境不执行 ${verb}：它以无人登录的演示身份行事。${instead.zh}。`,
        en: `Production does not run ${verb}, which acts as people of the demo whom nobody signed in; ${instead.en}.`,
      },
      { verb },
    ),
  portTaken: () =>
    new Refusal('PORT_TAKEN', {
      zh: '服务端口已被其他程序占用。请停止该程序，或用 YANGYU_PORT 指定其他端口。',
      en: 'The port to serve on is taken by another program. Stop it, or set YANGYU_PORT to a free port.',
    }),
  diskFull: () =>
    new Refusal('DISK_FULL', {
      zh: '磁盘已满。请清理后重新运行同一命令，已完成的部分不会丢失。',
      en: 'The disk is full. Free some space and run the same command again; what was done is kept.',
    }),
  notWritable: (message: string) =>
    new Refusal('NOT_WRITABLE', {
      zh: `没有权限：${message}。请检查目录的所有者，或用 YANGYU_DATA 指定其他目录。`,
      en: `No permission: ${message}. Check who owns the folder, or set YANGYU_DATA to another one.`,
    }),
  argument: (name: string, value: string) =>
    new Refusal(
      'ARGUMENT_UNREADABLE',
      { zh: `参数 ${name} 的值“${value}”无法使用。`, en: `"${value}" cannot be used for ${name}.` },
      { name, value },
    ),
  batchNotWaiting: (batch: string) =>
    new Refusal(
      'BATCH_NOT_WAITING',
      {
        zh: `没有编号为 ${batch} 的待审批批次。请核对编号，或不带 --batch 查看全部。`,
        en: `No batch ${batch} is waiting for approval. Compare the id, or leave --batch out to see all.`,
      },
      { batch },
    ),
  checkpointUnreadable: (file: string) =>
    new Refusal(
      'AUDIT_CHECKPOINT_UNREADABLE',
      {
        zh: `${file} 不是审计检查点，或不属于本系统的任何日志。`,
        en: `${file} is no checkpoint, or of no log of this installation.`,
      },
      { file },
    ),
  notServing: () =>
    new Refusal('NOT_SERVING', {
      zh: '此数据目录没有正在运行的演示登录服务。请先在另一终端运行 npm start。',
      en: 'No server of this data folder signs people in. Run npm start in another terminal first.',
    }),
  revokedUnclear: () =>
    new Refusal('REVOKED_UNCLEAR', {
      zh: '请用 --subject、--session、--token 中的一个指明要撤销什么。',
      en: 'Say what to revoke by one of --subject, --session and --token.',
    }),
  interrupted: () =>
    new Refusal('INTERRUPTED', {
      zh: '已按要求停止，已完成的步骤不会丢失；再次运行同一命令即可继续。',
      en: 'Stopped as asked; what was done is kept, and the same command goes on from here.',
    }),
};
