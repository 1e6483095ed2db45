"""What the generator makes of faces (IDFERM, figures 5 and 9)."""

from ferbench.contracts.faces import Faces
from ferbench.contracts.method import Method
from ferbench.contracts.panels import Panel
from ferbench.contracts.run import RunContext
from ferbench_idferm.hng.generator import Generator
from ferbench_idferm.hng.stages import HNG
from ferbench_idferm.references import resized


def references(method: Method, faces: Faces, run: RunContext) -> tuple[Panel, Panel]:
    """Each face as the method reads it, and the reference that is generated of it.

    The generator reads it enlarged, where the method's faces are smaller than its own.
    """
    pictures = faces.images()
    generator = Generator.from_state(run.stage(HNG), run.device)
    made = generator.neutral(resized(pictures, *generator.input.shape[:2]))
    return Panel("face", pictures), Panel("generated", made)
