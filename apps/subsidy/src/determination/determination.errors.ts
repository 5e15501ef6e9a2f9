import { Refusal } from '@app/kernel';

/** Every way this slice can say no. */
export const refuse = {
  rulesDiffer: (runId: string, programme: string) =>
    new Refusal(
      'DETERMINATION_RULES_DIFFER',
      {
        zh: `批量认定是按另一版本的 ${programme} 规则开始的，本进程不能接着办理。请用开始时的版本办完，或等全部进程升级后重新认定。`,
        en: `The run began with another version of the rules of ${programme}, so this process cannot go on with it. Finish it with the version it began with, or determine anew once every process is upgraded.`,
      },
      { runId, programme },
    ),
  chunksSetAside: (runIds: readonly string[], count: number) =>
    new Refusal(
      'DETERMINATION_SET_ASIDE',
      {
        zh: `批量认定有 ${count} 个部分多次失败，已搁置，其余部分不受影响。请查看工作进程日志，排除原因后放行这些消息；认定会自行继续。`,
        en: `${count} parts of the determination failed too often and were set aside; nothing else is held up. See the workers' log, put it right and release the messages: the run then goes on by itself.`,
      },
      { runIds, count },
    ),
};
