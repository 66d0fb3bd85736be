import { baselines } from './formats/baselines.ts';
import { caffe } from './formats/caffe.ts';
import { darknet } from './formats/darknet.ts';
import { deepspeed } from './formats/deepspeed.ts';
import { detectron2 } from './formats/detectron2.ts';
import { gnmt, tutorials, wordLanguageModel } from './formats/examples.ts';
import { fairseq } from './formats/fairseq.ts';
import { freeForm } from './formats/free.ts';
import { huggingFace } from './formats/huggingface.ts';
import { jax } from './formats/jax.ts';
import { keras } from './formats/keras.ts';
import { lightning } from './formats/lightning.ts';
import { megatron } from './formats/megatron.ts';
import { mxnet } from './formats/mxnet.ts';
import { litGpt, llmc, nanoGpt } from './formats/nanogpt.ts';
import { openMmlab } from './formats/openmmlab.ts';
import { paddle } from './formats/paddle.ts';
import { apex } from './formats/scaler.ts';
import { coqui, espnet, kaldi, openNmt } from './formats/speech.ts';
import { tensorflow } from './formats/tensorflow.ts';
import { imagenet, timm, torchvision } from './formats/torchvision.ts';
import { ultralytics } from './formats/ultralytics.ts';
import type { LineFormat } from './record.ts';

/** Every kind of log line, the more particular ones first; the free form takes what is left. */
export const LINE_FORMATS: readonly LineFormat[] = [
  caffe,
  darknet,
  megatron,
  deepspeed,
  apex,
  huggingFace,
  fairseq,
  openMmlab,
  detectron2,
  torchvision,
  timm,
  imagenet,
  lightning,
  ultralytics,
  nanoGpt,
  llmc,
  litGpt,
  wordLanguageModel,
  gnmt,
  tutorials,
  openNmt,
  espnet,
  kaldi,
  coqui,
  tensorflow,
  jax,
  baselines,
  paddle,
  mxnet,
  keras,
  freeForm,
];
