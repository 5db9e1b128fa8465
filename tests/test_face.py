"""The public face: names, and what importing it costs."""

import subprocess
import sys

import attnviz


def test_every_public_name_is_there() -> None:
    for name in attnviz.__all__:
        assert getattr(attnviz, name) is not None
    assert set(attnviz.__all__) <= set(dir(attnviz))


def test_compare_stays_the_function_after_its_module_was_imported() -> None:
    import attnviz.compare
    from attnviz.comparison import Comparison

    assert callable(attnviz.compare)
    assert attnviz.Comparison is Comparison


def test_importing_attnviz_and_listing_families_imports_neither_torch_nor_gradio() -> None:
    code = (
        "import sys, attnviz, attnviz.cli, attnviz.families; attnviz.families.list_families();"
        "print(sorted({'torch', 'gradio', 'matplotlib', 'captum'} & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"
