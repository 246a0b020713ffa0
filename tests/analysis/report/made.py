"""Reports made from data frames, as short as a test wants them."""

from analysis.report.build import build_report
from analysis.study import Study


def report_from(
    suite, metrics, predictions, classes, experiments, published=None, *, pair=None, **more
):
    """A report; `more` are further fields of the study."""
    study = Study(
        suite=suite,
        classes=tuple(classes),
        experiments=tuple(experiments),
        metrics=metrics,
        test=predictions,
        published=published or {},
        **more,
    )
    return build_report(study, pair)
