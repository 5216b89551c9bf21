"""What spark-submit is given: `spark-submit … shop_pipe_jobs_stream.py CONFIG.json`, passwords in the environment."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from shop_pipe_jobs.python_path import prefer_installed

prefer_installed()

from shop_pipe_jobs.stream.main import main

if __name__ == "__main__":
    main()
