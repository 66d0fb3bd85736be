/** What a series measures. Only the kinds before `metric` can make a run fail; `unknown` ones where there is no loss. */
export type SeriesKind =
  | 'loss'
  | 'validation-loss'
  | 'rate'
  | 'gradient-norm'
  | 'loss-scale'
  | 'state'
  | 'metric'
  | 'unknown'
  | 'ignored';

const IGNORED =
  /time|elapsed|\beta\b|speed|second|\bsec\b|per_sec|\bwps\b|\bups\b|\bwpb\b|\bbsz\b|memory|\bmem\b|max_mem|gpu_mem|tokens?\b|throughput|flops?\b|samples|images|\bmfu\b|wall|\bfps\b|step_avg|\bms\b|\bdt\b|gb_free|batch[ _]?size|batches|consumed|num[ _]?zeros|skipped|nan iterations|runtime|total_flos|ips$|\bcost_ms|reader_cost|batch_cost|patience|smooth|alpha|gamma|shrink|warm_?up|initial_|init_|min_lr|max_lr|lr_min|lr_max|lr_decay|decay_|freq_|power|opt_learning|loss_type|reduction|best_|_best|\bbest\b|weight_decay|loss_weight|weight$|lambda|\bcoef|window|hysteresis|threshold|max_norm|momentum|timestep|_timestamp|\bnupdates\b|\bseed\b|version|\bport\b|\bbeta\d?\b|entropy_coef|ignore_index|num_|n_updates|total_steps|_step$(?<!loss_step)|^v_num$|^in$/;
const RATE =
  /^(?:(?:train|optim|optimizer|charts|schedule)[/_.])?(?:lr|learning[ _]?rate|current_lr(?:_\d+)?|cur_lr|base_lr|(?:lr|pg)[-_/].*|.*[/_.]lr|.*[/_.]learning_rate|learning_rate[_/].*|optim\d+_lr\d+|rate)$/;
const GRADIENT =
  /grad(?:ient)?s?[ _/.-]?(?:total[ _]?)?norm|^gnorm$|[/_]gnorm$|^gn$|^g_norm$|^norm$|grad_gnorm|total_norm|global_norm|^l2_grad|grad_norm/;
const SCALE = /loss[ _-]?scale|(?:^|\/)(?:amp|scaler|grad_scaler)\/?[_-]?scale|^scale$|^grad_?scale$|^scaler$/;
const LOSS =
  /loss|\bnll\b|(?:^|[/_ ])nll|\bxent\b|cross[-_ ]?entropy|^trl$|^tel$|\bcost\b|\belbo\b|perplexity|(?:^|[/_ .])ppl\b|objective(?! *kl)|^ce$|[/_ ]ce$|(?:^|[/_])kl(?:$|[/_])|kld|\bbce\b|\bmse\b|\bmae\b|\brmse\b|\bl1\b|_reg$|\benergy\b/;
const VALIDATION = /(?:^|[/_ .-])(?:val|valid|validation|eval|dev|test|tel)(?:$|[/_ .-])|^eval|^val/;
const STATE = /rms_mean|rms_std|obs_rms|running_(?:mean|var)|params?[ _]norm|param_norm|weight_norm|max_logit|logit/;
const METRIC =
  /acc|auc|f1\b|precision|recall|psnr|ssim|bleu|rouge|score|top[-_]?\d|\berr(?:or)?\b|wer\b|cer\b|dice|fid\b|entropy|ratio|advantage|clip|epoch|mean|std|forward|backward|normalized/;
const HARMLESS = /rew|ep_?len|episode|eplen|success_rate|explained_variance|\bap\b|ap50|ap75|\bap[sml]\b|map|iou/;

/** What a series of this name measures. Names are compared in lower case. */
export function seriesKind(name: string): SeriesKind {
  const word = name.toLowerCase();
  if (SCALE.test(word)) return /window|initial|min_|init/.test(word) ? 'ignored' : 'loss-scale';
  if (GRADIENT.test(word)) return /max_|clip|threshold|weight/.test(word) ? 'ignored' : 'gradient-norm';
  if (IGNORED.test(word)) return 'ignored';
  if (RATE.test(word)) return 'rate';
  if (STATE.test(word)) return 'state';
  if (HARMLESS.test(word) && !/loss/.test(word)) return 'metric';
  if (LOSS.test(word)) return VALIDATION.test(word) ? 'validation-loss' : 'loss';
  return METRIC.test(word) ? 'metric' : 'unknown';
}

/** Names of a counter of optimizer steps, best first. */
export const STEP_NAMES: readonly string[] = [
  'global_step',
  'step',
  '_step',
  'iteration',
  'num_updates',
  'trainer/global_step',
  'time/total_timesteps',
  'total_timesteps',
  'total/steps',
  'timesteps_total',
  'iter',
  'iters',
  'update',
  'nupdates',
  'it',
  'n_iter',
];

/** Whether this is the total of the losses of a step, rather than one of its terms. */
export function isTotal(name: string): boolean {
  return /^(?:train(?:ing)?[/_ -]?|avg_train_|avg_|mean_|running_)?(?:total[/_ -]?)?(?:loss|lm loss|lm-loss|total_loss|total loss|trl|cost|loss\/tok|xent)(?:_step|_epoch)?$|total[/_ ]?loss|^loss\/train$/i.test(
    name,
  );
}

/** Which sort of term a loss is, by its name; `null` when the name does not tell. */
export function termSort(name: string): 'classification' | 'regression' | 'regularizer' | 'auxiliary' | null {
  const word = name.toLowerCase();
  if (
    /(?:^|[^a-z])kl(?:$|[^a-z])|kld|regulari|penalty|(?:^|_)gp(?:$|_)|_reg$|sparsity|weight_decay|entropy_loss|latent/.test(
      word,
    ) &&
    !/box_reg|bbox_reg|rcnn_reg/.test(word)
  )
    return 'regularizer';
  if (
    /box|bbox|regress|[_ ]reg\b|loss_reg|_loc\b|offset|size|depth|l1|mse|mae|rgb|giou|ciou|dfl|landmark|keypoint|coord|pose|flow|disp|mel|recon|rec_/.test(
      word,
    )
  )
    return 'regression';
  if (/cls|class|(?:^|[_ ])ce(?:$|[_ ])|obj|conf|ctc|nll|xent|entropy|mask|seg|logit|token|text|acc/.test(word))
    return 'classification';
  if (/aux|disc|(?:^|[_ ])[dg]_|adv|gan|percep|style|feat|contrast|tv/.test(word)) return 'auxiliary';
  return null;
}
