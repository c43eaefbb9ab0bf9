/** The search in WebAssembly: four nonces at once, only the last word of the digest, and all hits looked at again. */
import { type NonceSearch, searchInput, searchNonce } from "../search-nonce.ts";
import { KERNEL_BASE64 } from "./kernel-bytes.ts";

/** Where the kernel wants midstate (8 words), tail (3) and the top word of the target. */
const INPUT_AT = 32_768;
const INPUT_WORDS = 12;
const LANES = 4;

interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  prepare(): void;
  /** @returns the first step of four nonces that may hold a hit, or `steps` */
  search(from: number, steps: number): number;
}

/** As much of the standard as is used here; platforms without it search in plain JavaScript. */
interface WebAssemblyLike {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: unknown };
}

/** @returns null where WebAssembly or its vectors are missing. Not for a browser's main thread, which refuses to wait. */
export function createKernelSearch(): NonceSearch | null {
  const kernel = loadKernel();
  if (kernel === null) return null;
  const input = new Uint32Array(kernel.memory.buffer, INPUT_AT, INPUT_WORDS);
  return (job, { from, count }) => {
    const { midstate, tail, topOfTarget } = searchInput(job);
    input.set(midstate, 0);
    input.set(tail, midstate.length);
    input[INPUT_WORDS - 1] = topOfTarget;
    kernel.prepare();
    for (let done = 0; done < count; ) {
      const steps = Math.ceil((count - done) / LANES);
      const step = kernel.search((from + done) >>> 0, steps) >>> 0;
      if (step === steps) return null;
      done += step * LANES;
      const nonce = searchNonce(job, { from: from + done, count: Math.min(LANES, count - done) });
      if (nonce !== null) return nonce;
      done += LANES;
    }
    return null;
  };
}

/** The fastest search that runs here. */
export function createNonceSearch(): NonceSearch {
  return createKernelSearch() ?? searchNonce;
}

function loadKernel(): Kernel | null {
  const { WebAssembly } = globalThis as { WebAssembly?: WebAssemblyLike };
  if (WebAssembly === undefined) return null;
  const bytes = Uint8Array.from(atob(KERNEL_BASE64.replaceAll("\n", "")), (char) => char.charCodeAt(0));
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Kernel;
  } catch {
    // No vectors here, or a policy that forbids to compile.
    return null;
  }
}
