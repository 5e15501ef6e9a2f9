import type {
  CoordinationAnswer,
  CoordinationAnswers,
  CoordinationApp,
  CoordinationAsked,
  CoordinationMatter,
  CoordinationMatters,
  CoordinationReply,
} from './coordination';

/** Calls one path of another process's door in the name of this one: a ServiceClient. */
interface DoorCalls {
  call<T>(path: string, value: unknown, how?: { readonly isRead?: boolean }): Promise<T>;
}

/** Matters of an app that is another process. */
export class CoordinationMattersClient implements CoordinationMatters {
  constructor(private readonly app: DoorCalls) {}

  matter(id: string): Promise<CoordinationMatter | null> {
    return this.app.call('/coordination-matter', { matter: id }, { isRead: true });
  }

  /** Asked again about the same request it says the same, so that another process may be asked as well. */
  answer(asked: CoordinationAsked): Promise<CoordinationReply | null> {
    return this.app.call('/coordination-reply', asked, { isRead: true });
  }
}

/** What became of matters, where migrant is another process. */
export class CoordinationAnswersClient implements CoordinationAnswers {
  constructor(private readonly migrant: DoorCalls) {}

  async answer(app: CoordinationApp, matter: string): Promise<CoordinationAnswer | null> {
    return (await this.answers(app, [matter]))[0] ?? null;
  }

  answers(app: CoordinationApp, matters: readonly string[]): Promise<readonly CoordinationAnswer[]> {
    return this.migrant.call('/coordination-answers', { app, matters }, { isRead: true });
  }
}
