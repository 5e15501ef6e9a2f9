/** Lets many in at a time, or one who has to be alone. Whoever wants to be alone waits for those inside, and nobody overtakes. */
export class Gate {
  private inside = 0;
  private isTaken = false;
  private readonly waiting: { readonly isAlone: boolean; readonly enter: () => void }[] = [];

  /** Does `work` inside. */
  async pass<T>(isAlone: boolean, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((enter) => {
      this.waiting.push({ isAlone, enter });
      this.admit();
    });
    try {
      return await work();
    } finally {
      this.inside -= 1;
      this.isTaken = false;
      this.admit();
    }
  }

  private admit(): void {
    for (let next = this.waiting[0]; next && this.isFree(next.isAlone); next = this.waiting[0]) {
      this.waiting.shift();
      this.inside += 1;
      this.isTaken = next.isAlone;
      next.enter();
    }
  }

  private isFree(isAlone: boolean): boolean {
    return isAlone ? this.inside === 0 : !this.isTaken;
  }
}
