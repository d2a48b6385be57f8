/** The only source of chance. The real one draws from the operating system's generator. */
export interface Random {
  /** That many unpredictable bytes. */
  bytes(length: number): Uint8Array;
  /** A number in [0, 1), for jitter; not for secrets. */
  uniform(): number;
}
