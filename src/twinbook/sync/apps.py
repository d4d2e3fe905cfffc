from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "twinbook.sync"

    def ready(self) -> None:
        from twinbook.sync import wake

        wake.listen()
