"""The task table: the one place that says which tasks there are, where they live and what they are worth.

Stubs, markers, board, reports and README take names, titles and points from here. The checks of a task declare their
own points with the `points` marker; that they add up to the task's is verified before anything runs.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """One task of the assignment.

    Attributes:
        name: the task's name on the command line and in `results.json`.
        title: what it is called in front of a student.
        points: what full marks are worth, a whole number.
        checks: how many checks the suite has for it.
        public_names: what the module must define, in the order of the hand-out.
        hint: where to start, one sentence.
        bonus: whether its points come on top of the 100.
        needs_tensorflow: whether its guest is forked from a server that has imported TensorFlow.
        without: libraries that its module must do without.
        stand_ins: what of other tasks' modules, as `module.name`, is the grader's own for its module, so that a mistake
            there costs nothing here.
    """

    name: str
    title: str
    points: int
    checks: int
    public_names: tuple[str, ...]
    hint: str
    bonus: bool = False
    needs_tensorflow: bool = True
    without: tuple[str, ...] = ()
    stand_ins: tuple[str, ...] = ()

    @property
    def module(self) -> str:
        """The name of the student's module, without `.py`."""
        return self.name

    @property
    def file_name(self) -> str:
        """The name of the student's file."""
        return f"{self.name}.py"


TASKS: tuple[Task, ...] = (
    Task(
        name="preprocessing",
        title="Preprocessing",
        points=15,
        checks=11,
        public_names=("normalize_images", "add_channel_axis", "label_names"),
        hint="Start with normalize_images: pixels are 0 to 255 and should become 0 to 1.",
        needs_tensorflow=False,
    ),
    Task(
        name="dense_model",
        title="A dense network",
        points=20,
        checks=12,
        public_names=("build_dense_model",),
        hint="Stack Input, Flatten and two Dense layers in a keras.Sequential, then compile it.",
    ),
    Task(
        name="threshold_callback",
        title="Stopping at an accuracy",
        points=20,
        checks=14,
        public_names=("AccuracyThresholdCallback",),
        hint="Keras calls on_epoch_end(epoch, logs) after every epoch; logs['accuracy'] is the training accuracy.",
    ),
    Task(
        name="cnn",
        title="A convolutional network",
        points=20,
        checks=16,
        public_names=("build_cnn",),
        hint="One block is Conv2D followed by MaxPooling2D; repeat it conv_layers times, then Flatten and Dense.",
    ),
    Task(
        name="activation_extraction",
        title="Looking inside",
        points=25,
        checks=12,
        public_names=("build_activation_model", "extract_activations"),
        hint="keras.Model takes a list of outputs: keras.Model(model.inputs, [layer.output for ...]).",
    ),
    Task(
        name="training",
        title="Training with callbacks",
        points=10,
        checks=10,
        public_names=("build_callbacks", "EpochTimer", "train", "predict_labels"),
        hint="Start with EpochTimer: note time.perf_counter() when an epoch begins, and subtract it when it ends.",
        bonus=True,
        stand_ins=("threshold_callback.AccuracyThresholdCallback",),
    ),
    Task(
        name="convolution",
        title="Convolution by hand",
        points=10,
        checks=8,
        public_names=("convolve2d", "max_pool2d"),
        hint="Start with the shape of the result: a kernel of height kh has h - kh + 1 places in an image of height h.",
        bonus=True,
        needs_tensorflow=False,
        without=(
            "tensorflow",
            "keras",
            "scipy",
            "torch",
            "jax",
            "cv2",
            "skimage",
            "matplotlib",
            "PIL",
            "pandas",
            "numba",
        ),
    ),
)
"""All tasks, in the order of the hand-out."""

CORE_POINTS = sum(task.points for task in TASKS if not task.bonus)
"""What all core tasks are worth together: 100."""


def task_named(name: str) -> Task:
    """Return the task of that name.

    Raises:
        ValueError: there is none; the message lists those there are.
    """
    for task in TASKS:
        if task.name == name:
            return task
    raise ValueError(f"there is no task named {name!r}; the tasks are {', '.join(task.name for task in TASKS)}")


def module_names() -> tuple[str, ...]:
    """The modules of a submission that are read; anything else in it is ignored."""
    return tuple(task.module for task in TASKS)
