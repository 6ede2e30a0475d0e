"""Configuration: YAML ⇄ strict models. Unknown keys are refused with the nearest known one.

What a value means is a stage's business; this package only says which keys exist, of which type.
"""

from claimbench.config.benchmarks import (
    BenchmarkConfig,
    DatasetConfig,
    FewshotConfig,
    FieldsConfig,
    GraderConfig,
    LmEvalTask,
    ReleaseConfig,
    Selection,
    TestsConfig,
)
from claimbench.config.canonical import (
    digest,
    plain,
)
from claimbench.config.engines import EngineConfig
from claimbench.config.folders import LM_EVAL, names
from claimbench.config.load import (
    load_benchmark,
    load_experiment,
    load_model,
)
from claimbench.config.models import (
    DType,
    ModelConfig,
    PromptRules,
    WheelSource,
    subject_of,
)
from claimbench.config.runs import (
    Experiment,
    GradingConfig,
    LmEvalOptions,
    RunConfig,
    SamplingConfig,
)

__all__ = [
    "LM_EVAL",
    "BenchmarkConfig",
    "DType",
    "DatasetConfig",
    "EngineConfig",
    "Experiment",
    "FewshotConfig",
    "FieldsConfig",
    "GraderConfig",
    "GradingConfig",
    "LmEvalOptions",
    "LmEvalTask",
    "ModelConfig",
    "PromptRules",
    "ReleaseConfig",
    "RunConfig",
    "SamplingConfig",
    "Selection",
    "TestsConfig",
    "WheelSource",
    "digest",
    "load_benchmark",
    "load_experiment",
    "load_model",
    "names",
    "plain",
    "subject_of",
]
