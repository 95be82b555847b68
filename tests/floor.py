"""The floor that the benchmark compares with: what cannot be saved when models are trained, and nothing else.

Imports TensorFlow, loads the bundled subset, trains the dense model and the CNN at the quick profile, evaluates them.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import numpy as np

from grader.course.dataset import load_subset
from grader.course.settings import CNN_TRAINING, DENSE_TRAINING, Profile

layers = keras.layers


def main() -> None:
    """Train both models and print what they reach."""
    data = load_subset()
    train, test = (images.astype(np.float32) / 255 for images in (data.train_images, data.test_images))
    dense = keras.Sequential(
        [keras.Input((28, 28)), layers.Flatten(), layers.Dense(128, "relu"), layers.Dense(10, "softmax")]
    )
    block = [layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D()]
    second = [layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D()]
    head = [layers.Flatten(), layers.Dense(128, "relu"), layers.Dense(10, "softmax")]
    cnn = keras.Sequential([keras.Input((28, 28, 1)), *block, *second, *head])
    for model, training in ((dense, DENSE_TRAINING[Profile.QUICK]), (cnn, CNN_TRAINING[Profile.QUICK])):
        model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        axis = (..., None) if model is cnn else (...,)
        model.fit(train[axis], data.train_labels, epochs=training.epochs, verbose=0)
        print(model.evaluate(test[axis], data.test_labels, verbose=0))


if __name__ == "__main__":
    main()
