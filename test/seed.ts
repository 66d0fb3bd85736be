/** Properties are tried on the same inputs in every run; `WHYNAN_SEED=random` tries others. */
import fc from 'fast-check';

if (process.env.WHYNAN_SEED !== 'random') fc.configureGlobal({ seed: Number(process.env.WHYNAN_SEED ?? 1) });
