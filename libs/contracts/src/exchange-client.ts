import type {
  RegistryAnswer,
  RegistryAsker,
  RegistryOutcome,
  RegistryQuestionAsked,
  RegistryQuestions,
} from './registry-question';

/** Calls one path of the exchange's door in the name of this process: a ServiceClient. */
interface ExchangeCalls {
  call<T>(path: string, value: unknown, how?: { readonly isRead?: boolean }): Promise<T>;
}

/** Questions to the household registry, where the exchange is another process. */
export class RegistryQuestionsClient implements RegistryQuestions {
  constructor(private readonly exchange: ExchangeCalls) {}

  /** Asked again under the same reference it is the same question, so that another process may be asked as well. */
  ask(question: RegistryQuestionAsked): Promise<{ question: string; outcome: RegistryOutcome }> {
    return this.exchange.call('/questions', question, { isRead: true });
  }

  answer(asker: RegistryAsker, question: string): Promise<RegistryAnswer | null> {
    return this.exchange.call('/answers', { asker, question }, { isRead: true });
  }
}
