/**
 * @file Allow-list of names of Python classes and functions that PyTorch files contain beside their weights: settings,
 * metrics and training state. They are neither constructed nor called here: their objects and contents are ignored.
 */

const under = (module: string, names: string): string[] =>
  names.split(' ').map((name) => `${module}.${name}`);

/** Callbacks of PyTorch Lightning by module, the same below both of the package's names. */
const callbacks = [
  'base.Callback',
  'callback.Callback',
  'device_stats_monitor.DeviceStatsMonitor',
  'early_stopping.EarlyStopping',
  'finetuning.BackboneFinetuning',
  'finetuning.BaseFinetuning',
  'gpu_stats_monitor.GPUStatsMonitor',
  'gradient_accumulation_scheduler.GradientAccumulationScheduler',
  'lambda_function.LambdaCallback',
  'lr_monitor.LearningRateMonitor',
  'model_checkpoint.ModelCheckpoint',
  'model_summary.ModelSummary',
  'progress.base.ProgressBarBase',
  'progress.ProgressBar',
  'progress.progress_bar.ProgressBar',
  'progress.rich_progress.RichProgressBar',
  'progress.tqdm_progress.TQDMProgressBar',
  'rich_model_summary.RichModelSummary',
  'stochastic_weight_avg.StochasticWeightAveraging',
  'throughput_monitor.ThroughputMonitor',
  'timer.Timer',
  'weight_averaging.EMAWeightAveraging',
  'weight_averaging.WeightAveraging',
  'xla_stats_monitor.XLAStatsMonitor',
];

/** NumPy 2 renamed its core module. */
const numpyCore = ['multiarray._reconstruct', 'multiarray.scalar', 'numeric._frombuffer'];

const builtIn =
  'bool bytearray bytes complex dict float frozenset int list long object range set slice str tuple unicode xrange';

const names: ReadonlySet<string> = new Set([
  ...['pytorch_lightning.callbacks', 'lightning.pytorch.callbacks'].flatMap((module) =>
    callbacks.map((name) => `${module}.${name}`),
  ),
  'pytorch_lightning.utilities.parsing.AttributeDict',
  'lightning_fabric.utilities.data.AttributeDict',
  'lightning.fabric.utilities.data.AttributeDict',
  ...under('omegaconf.dictconfig', 'DictConfig'),
  ...under('omegaconf.listconfig', 'ListConfig'),
  ...under('omegaconf.base', 'ContainerMetadata Metadata UnionNode'),
  ...under(
    'omegaconf.nodes',
    'AnyNode BooleanNode BytesNode EnumNode FloatNode IntegerNode InterpolationResultNode PathNode StringNode UnionNode ValueNode',
  ),
  ...under('typing', 'Any Dict List Optional Sequence Tuple Union'),
  ...['numpy.core', 'numpy._core'].flatMap((module) => numpyCore.map((name) => `${module}.${name}`)),
  ...under('numpy', 'dtype ndarray bool bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64'),
  ...under('numpy', 'float16 float32 float64 longdouble complex64 complex128 str_ bytes_'),
  ...under(
    'numpy.dtypes',
    'BoolDType Int8DType Int16DType Int32DType Int64DType UInt8DType UInt16DType UInt32DType UInt64DType Float16DType Float32DType Float64DType StrDType BytesDType ObjectDType',
  ),
  ...under('builtins', builtIn),
  ...under('__builtin__', builtIn),
  ...under('collections', 'Counter defaultdict deque'),
  ...['pathlib', 'pathlib._local'].flatMap((module) =>
    under(module, 'Path PosixPath PurePath PurePosixPath PureWindowsPath WindowsPath'),
  ),
  ...under('datetime', 'date datetime time timedelta timezone'),
  ...under('torch', 'device Tensor strided'),
  'torch.nn.parameter.Parameter',
  'torch.torch_version.TorchVersion',
  'argparse.Namespace',
  'types.SimpleNamespace',
  '_codecs.encode',
  'decimal.Decimal',
  'uuid.UUID',
]);

/** Whether the fully qualified `name` may occur in a PyTorch file and is irrelevant to the weights. */
export function isInertName(name: string): boolean {
  return names.has(name);
}
