/**
 * The references of one file, as 64-bit fingerprints: 16–32 bytes each instead of the hundred of a Set of strings,
 * so that a million lines fit in constant-looking memory. Two different references of a million share a fingerprint
 * with a chance of 3 in 100 million; the file is then refused, never paid twice.
 */
export class ReferenceSet {
  private slots = new Uint32Array(2 * 1024);
  private size = 0;

  /** False when it was there already. */
  add(reference: string): boolean {
    if (this.size * 4 > this.slots.length) this.grow();
    let high = 0x811c9dc5;
    let low = 0x9747b28c;
    for (let i = 0; i < reference.length; i++) {
      const unit = reference.charCodeAt(i);
      high = Math.imul(high ^ unit, 0x01000193);
      low = Math.imul(low ^ unit, 0x5bd1e995);
      low ^= low >>> 15;
    }
    return this.put(mix(high ^ reference.length), mix(low) || 1);
  }

  private put(high: number, low: number): boolean {
    const mask = this.slots.length / 2 - 1;
    for (let at = high & mask; ; at = (at + 1) & mask) {
      const found = this.slots[2 * at + 1];
      if (found === 0) {
        this.slots[2 * at] = high;
        this.slots[2 * at + 1] = low;
        this.size++;
        return true;
      }
      if (found === low && this.slots[2 * at] === high) return false;
    }
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Uint32Array(old.length * 2);
    this.size = 0;
    for (let i = 0; i < old.length; i += 2) if (old[i + 1] !== 0) this.put(old[i]!, old[i + 1]!);
  }
}

/** The finisher of MurmurHash3 (public domain): every input bit reaches every output bit. */
function mix(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
